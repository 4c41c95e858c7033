public import SQLStorage

/// A transaction on a SQLite database.
public struct SQLiteSession: SQLSession {
    let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    /// Runs a statement; it is kept for the next time.
    public func rows(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try run(sql, arguments) { statement in
            let columns = statement.columns
            let row = statement.row
            rows.append(SQLRow(columns: columns, values: (0..<row.count).map { row.value($0) }))
        }
        return rows
    }

    /// Runs a statement; it is kept for the next time.
    @discardableResult
    public func execute(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> Int {
        try run(sql, arguments) { _ in }
        return connection.changedRows
    }

    /// Runs a statement and reads its rows where they lie, one by one; for many rows, of which few values are kept.
    ///
    /// - Parameters:
    ///   - sql: One statement, with a `?` for each argument; it is kept for the next time.
    ///   - arguments: The values, in the order of their marks.
    ///   - body: Takes a row, in the statement's order. It may run other statements.
    /// - Throws: ``SQLError`` when the statement fails, `CancellationError` when nobody waits for it any more, and what
    ///   `body` throws, which ends the statement.
    public func forEachRow(
        _ sql: String,
        _ arguments: [(any SQLConvertible)?] = [],
        _ body: (borrowing SQLiteRow) throws -> Void
    ) throws {
        try run(sql, arguments) { try body($0.row) }
    }

    private func run(
        _ sql: String,
        _ arguments: [(any SQLConvertible)?],
        _ body: (SQLiteStatement) throws -> Void
    ) throws {
        try SQLError.translating {
            try Task.checkCancellation()
            try connection.checkTransaction()
            try connection.forEachStep(sql, arguments, body)
        }
    }
}
