public import GRDB
public import SQLStorage

/// A SQLite database behind the protocol that other engines stand behind as well.
///
/// One transaction writes at a time, of all processes that have the file open.
public struct SQLiteStore: SQLDatabase {
    private let writer: any DatabaseWriter

    /// Wraps an open database.
    public init(_ writer: any DatabaseWriter) {
        self.writer = writer
    }

    /// SQLite's.
    public var dialect: SQLDialect { .sqlite }

    /// Runs beside writers, which it does not wait for.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await SQLError.translatingAsync {
            try await writer.read { database in try body(SQLiteSession(database)) }
        }
    }

    /// Runs when no other transaction writes.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await SQLError.translatingAsync {
            try await writer.write { database in try body(SQLiteSession(database)) }
        }
    }

    /// The same as ``write(_:)``.
    public func writeClaiming<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await write(body)
    }
}

extension SQLError {
    /// Runs `body` with SQLite's errors put into this protocol's words.
    static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw SQLError(error)
        }
    }

    /// Runs `body` with SQLite's errors put into this protocol's words.
    static func translatingAsync<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw SQLError(error)
        }
    }

    /// Puts SQLite's error into this protocol's words.
    public init(_ error: DatabaseError) {
        let code: Code =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_ERROR, .SQLITE_MISUSE, .SQLITE_RANGE, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: .unexpected
            default: .unavailable
            }
        self.init(code, "SQLite", cause: error)
    }
}
