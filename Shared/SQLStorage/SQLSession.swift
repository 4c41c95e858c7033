/// A transaction in progress, for the code that runs inside it and no longer.
public protocol SQLSession {
    /// Runs a statement and returns its rows, in the statement's order.
    ///
    /// - Parameters:
    ///   - sql: One statement, with a `?` for each argument.
    ///   - arguments: The values, in the order of their marks.
    /// - Returns: All rows; a statement that returns no rows has none.
    /// - Throws: ``SQLError`` when the statement fails, `CancellationError` when nobody waits for it any more.
    func rows(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> [SQLRow]

    /// Runs a statement and returns how many rows it changed.
    ///
    /// - Throws: As ``rows(_:_:)``.
    @discardableResult
    func execute(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> Int
}

extension SQLSession {
    /// The first row, or nil when there is none.
    public func row(_ sql: String, _ arguments: [(any SQLConvertible)?] = []) throws -> SQLRow? {
        try rows(sql, arguments).first
    }

    /// All rows of a statement without arguments.
    public func rows(_ sql: String) throws -> [SQLRow] {
        try rows(sql, [])
    }

    /// Runs a statement without arguments.
    @discardableResult
    public func execute(_ sql: String) throws -> Int {
        try execute(sql, [])
    }

    /// The only column of the first row, or nil when there is no row or it is null.
    public func value<Value: SQLConvertible>(
        _ sql: String,
        _ arguments: [(any SQLConvertible)?] = []
    ) throws -> Value? {
        try row(sql, arguments)?.optional(0)
    }
}
