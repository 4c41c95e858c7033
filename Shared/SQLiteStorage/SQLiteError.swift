import CSQLite

/// What SQLite says of a call that failed.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// SQLite's extended result code, such as 787 for a broken foreign key.
    public var extendedCode: Int32
    /// SQLite's own words: names of tables and columns, but no values out of them.
    public var message: String
    /// The statement with its marks; nil where it was none.
    public var sql: String?

    /// Creates an error.
    public init(extendedCode: Int32, message: String, sql: String? = nil) {
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
    }

    /// The coarse result code, such as 19 for any broken constraint.
    public var code: Int32 { extendedCode & 0xFF }

    /// The code, the message and the statement.
    public var description: String {
        "SQLite error \(code): \(message)" + (sql.map { " - while executing `\($0)`" } ?? "")
    }
}
