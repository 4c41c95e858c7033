import CSQLite
import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

/// Changes are there as a whole or not at all, whatever fails.
@Suite(.timeLimit(.minutes(1))) struct SQLiteTransactionTests {
    /// A deferred foreign key is looked at by the commit, which leaves the transaction open.
    @Test func takesBackWhatCannotBeCommitted() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.database.write { session in
                try session.execute("CREATE TABLE owner (id INTEGER PRIMARY KEY)")
                try session.execute("CREATE TABLE pet (owner REFERENCES owner (id) DEFERRABLE INITIALLY DEFERRED)")
            }
            let error = await #expect(throws: SQLError.self) {
                try await scratch.database.write { session in
                    try session.execute("INSERT INTO entry (number) VALUES (1)")
                    try session.execute("INSERT INTO pet (owner) VALUES (7)")
                }
            }
            #expect((error?.cause as? SQLiteError)?.extendedCode == SQLITE_CONSTRAINT | 3 << 8)
            #expect(try await scratch.entries() == 0)
            try await scratch.write()
            #expect(try await scratch.entries() == 1)
        }
    }

    /// SQLite ends a transaction by itself when the disk is full, and where it is told to.
    @Test func doesNotGoOnAfterSQLiteHasTakenAllBack() async throws {
        try await ScratchDatabase.with { scratch in
            _ = try await scratch.database.write { session in
                try session.execute("CREATE UNIQUE INDEX once ON entry (number)")
            }
            let error = await #expect(throws: SQLError.self) {
                _ = try await scratch.database.write { session in
                    try session.execute("INSERT INTO entry (number) VALUES (1)")
                    #expect(throws: SQLError.self) {
                        try session.execute("INSERT OR ROLLBACK INTO entry (number) VALUES (1)")
                    }
                    return try session.execute("INSERT INTO entry (number) VALUES (2)")
                }
            }
            #expect((error?.cause as? SQLiteError)?.code == SQLITE_ABORT)
            await #expect(throws: SQLError.self) {
                try await scratch.database.write { session in
                    try session.execute("INSERT INTO entry (number) VALUES (1)")
                    _ = try? session.execute("INSERT OR ROLLBACK INTO entry (number) VALUES (1)")  // As above.
                }
            }
            #expect(try await scratch.entries() == 0)
            try await scratch.write()
            #expect(try await scratch.entries() == 1)
        }
    }

    @Test(arguments: ["COMMIT", "ROLLBACK"])
    func refusesABodyThatEndsTheTransaction(_ end: String) async throws {
        try await ScratchDatabase.with { scratch in
            await #expect(throws: SQLError.self) {
                try await scratch.database.write { session in
                    try session.execute(end)
                    try session.execute("INSERT INTO entry (number) VALUES (1)")
                }
            }
            #expect(try await scratch.entries() == 0)
            try await scratch.write()
        }
    }

    /// The connection is good for the next transaction, and its statements are kept.
    @Test func rollsBackAtOnce() async throws {
        try await ScratchDatabase.with { scratch in
            let wait = BusyWait(limit: SQLiteDatabase.busyTimeout)
            let connection = try SQLiteConnection(path: scratch.path, role: .writer, wait: wait)
            let refuse: () throws -> Void = {
                try connection.run("INSERT INTO entry (number) VALUES (1)")
                throw Refused()
            }
            #expect(throws: Refused.self) { try connection.write(refuse) }
            #expect(!connection.isInTransaction)
            #expect(throws: Refused.self) { try connection.read(refuse) }
            #expect(!connection.isInTransaction)
            #expect(try await scratch.entries() == 0)
        }
    }

    /// What ends a transaction is not ended itself: neither its changes nor their loss would be known.
    @Test func endsATransactionWhateverBecomesOfItsTask() async throws {
        try await ScratchDatabase.with { scratch in
            let wait = BusyWait(limit: SQLiteDatabase.busyTimeout)
            let worker = SQLiteWorker(.init(path: scratch.path, role: .reader, wait: wait))
            let work = Attempt { try await worker.run(Self.countInACancelledTask) }
            let last = try await work.ends().get()
            #expect(last == [9999, nil])
        }
    }

    /// How far a count has come that nothing ends, and one that its task's cancellation does.
    @Sendable private static func countInACancelledTask(_ connection: SQLiteConnection) throws -> [Int64?] {
        withUnsafeCurrentTask { $0?.cancel() }
        let first = try connection.uninterrupted { try count(in: connection) }
        do {
            return [first, try count(in: connection)]
        } catch is CancellationError {
            return [first, nil]
        }
    }

    private static func count(in connection: SQLiteConnection) throws -> Int64? {
        var last: Int64?
        try connection.run(
            "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9999) SELECT max(n) FROM c"
        ) { last = try $0.integer(0) }
        return last
    }

    /// Whoever comes next must not be in the transaction of somebody else.
    @Test func closesAConnectionThatIsLeftInATransaction() async throws {
        try await ScratchDatabase.with { scratch in
            let wait = BusyWait(limit: SQLiteDatabase.busyTimeout)
            let worker = SQLiteWorker(.init(path: scratch.path, role: .writer, wait: wait))
            try await worker.run { connection in
                try connection.run("BEGIN IMMEDIATE")
                try connection.run("INSERT INTO entry (number) VALUES (1)")
            }
            #expect(try await worker.run { $0.isInTransaction } == false)
            #expect(try await scratch.entries() == 0)
            try await scratch.write()
        }
    }

    @Test func runsInItsCallersTask() async throws {
        try await ScratchDatabase.with { scratch in
            let seen = try await Local.$value.withValue(7) {
                [
                    try await scratch.database.read { _ in Local.value },
                    try await scratch.database.write { _ in Local.value },
                ]
            }
            #expect(seen == [7, 7])
        }
    }

    /// Two entries whose sum is always zero, for whoever looks.
    @Test func keepsManyReadersAndWritersApart() async throws {
        try await ScratchDatabase.with { scratch in
            let database = scratch.database
            try await scratch.insert(0)
            try await scratch.insert(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<25 {
                            try await database.write { session in
                                try session.execute("UPDATE entry SET number = number + 1 WHERE rowid = 1")
                                try session.execute("UPDATE entry SET number = number - 1 WHERE rowid = 2")
                            }
                        }
                    }
                    group.addTask {
                        for _ in 0..<50 {
                            let sum: Int? = try await database.read { session in
                                let first: Int = try session.value("SELECT number FROM entry WHERE rowid = 1") ?? -1
                                return try session.value("SELECT ? + number FROM entry WHERE rowid = 2", [first])
                            }
                            #expect(sum == 0)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.read { try $0.value("SELECT max(number) FROM entry") } == 200)
        }
    }
}

private struct Refused: Error {}

private enum Local {
    @TaskLocal static var value = 0
}
