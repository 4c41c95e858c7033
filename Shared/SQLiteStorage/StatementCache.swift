/// The statements of a connection that are kept for the next time, up to a limit; the one unused for longest goes.
struct StatementCache {
    /// How many statements are kept: more than a service has, and few enough for its memory.
    static let limit = 128

    private var statements: [StatementText: SQLiteStatement] = [:]
    private var uses: UInt64 = 0

    /// How many are kept.
    var count: Int { statements.count }

    /// A kept statement that nobody uses; nil when there is none.
    mutating func take(_ text: StatementText) -> SQLiteStatement? {
        guard let statement = statements[text], !statement.isInUse else { return nil }
        uses += 1
        statement.lastUse = uses
        return statement
    }

    /// Keeps a statement, unless there is one of that text: then that one is in use by who is further out.
    mutating func keep(_ statement: SQLiteStatement, _ text: StatementText) {
        guard statements[text] == nil else { return }
        if statements.count >= Self.limit {
            let oldest = statements.filter { !$0.value.isInUse }.min { $0.value.lastUse < $1.value.lastUse }
            guard let oldest else { return }
            statements[oldest.key] = nil
        }
        uses += 1
        statement.lastUse = uses
        statements[text] = statement
    }

    /// Forgets a statement.
    mutating func drop(_ statement: SQLiteStatement, _ text: StatementText) {
        if statements[text] === statement { statements[text] = nil }
    }

    /// Forgets all, which ends them.
    mutating func removeAll() {
        statements = [:]
    }
}
