import SQLStorage

/// A transaction on a PostgreSQL database.
struct PostgreSQLSession: SQLSession {
    let connection: Connection
    let placeholders: Placeholders
    let stop: StopSignal

    func rows(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> [SQLRow] {
        try run(sql, arguments).rows()
    }

    @discardableResult
    func execute(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> Int {
        try run(sql, arguments).changedRows
    }

    private func run(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> QueryResult {
        try connection.run(placeholders.numbered(sql), arguments.map { $0?.sqlValue ?? .null }, stop: stop)
    }
}
