import CSQLite

extension SQLiteConnection {
    /// Runs `body` on one state of the database, which is that of its first statement.
    func read<Value>(_ body: () throws -> Value) throws -> Value {
        try Task.checkCancellation()
        try run("BEGIN DEFERRED")
        do {
            let value = try body()
            // There is nothing to commit; what was read stands, whether or not somebody still waits for it.
            try uninterrupted { try run("COMMIT") }
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Runs `body` while no other connection of any process writes; what it changes is there as a whole or not at all.
    ///
    /// A task that is cancelled before the commit takes its changes back.
    func write<Value>(_ body: () throws -> Value) throws -> Value {
        try Task.checkCancellation()
        try run("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try checkTransaction()
            try Task.checkCancellation()
            try uninterrupted { try run("COMMIT") }
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Refuses to go on when SQLite has ended the transaction by itself, as it does when the disk is full: what follows
    /// would be there without what came before.
    func checkTransaction() throws {
        guard isInTransaction else {
            throw SQLiteError(extendedCode: SQLITE_ABORT, message: "the transaction was rolled back")
        }
    }

    private func rollBack() {
        guard isInTransaction else { return }
        // A connection that cannot roll back is closed by who has it, which is told by the open transaction.
        try? uninterrupted { try run("ROLLBACK") }
    }
}
