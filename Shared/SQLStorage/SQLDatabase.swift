/// A relational database whose changes are transactions.
///
/// What is written for this protocol runs on every engine behind it. Statements mark their arguments with `?`; where
/// engines have words of their own, ``dialect`` tells which to write.
public protocol SQLDatabase: Sendable {
    /// The engine's way to write what engines write differently.
    var dialect: SQLDialect { get }

    /// Runs `body` in a transaction that changes nothing and sees one state of the database.
    ///
    /// Cancellation ends the statement that runs.
    /// - Parameter body: Runs on a thread of its own and may block; it may run more than once.
    /// - Returns: What `body` returned.
    /// - Throws: ``SQLError``, `CancellationError`, or what `body` threw of its own.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value

    /// Runs `body` in a transaction that takes effect as if no other ran at the time, as a whole or not at all.
    ///
    /// Cancellation ends the statement that runs; a transaction that was about to be committed may then be or not, as
    /// after the loss of a connection.
    /// - Parameter body: Runs on a thread of its own and may block. It runs again when transactions have met, so that
    ///   it may have no effect but through its session.
    /// - Returns: What `body` returned, durably stored.
    /// - Throws: ``SQLError``, `CancellationError`, or what `body` threw of its own; nothing is stored then.
    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value

    /// As ``write(_:)``, for changes that take what they work on for themselves first: with ``SQLDialect/locking``, so that
    /// they take turns, or with ``SQLDialect/skippingLocked``, so that none waits.
    ///
    /// Each statement sees what was committed before it began. What was not taken may change meanwhile.
    func writeClaiming<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value
}

/// What engines write differently.
public enum SQLDialect: Hashable, Sendable {
    /// SQLite 3.35 or later.
    case sqlite
    /// PostgreSQL 14 or later.
    case postgreSQL

    /// The end of a selection that takes its rows for this transaction and leaves out those that another has taken;
    /// empty where only one transaction writes at a time.
    public var skippingLocked: String {
        switch self {
        case .sqlite: ""
        case .postgreSQL: "FOR UPDATE SKIP LOCKED"
        }
    }

    /// The end of a selection that takes its rows for this transaction, after whoever has taken them before; empty where
    /// only one transaction writes at a time.
    public var locking: String {
        switch self {
        case .sqlite: ""
        case .postgreSQL: "FOR UPDATE"
        }
    }

    // MARK: Tables; `TEXT` is the same everywhere

    /// A primary key of numbers that the engine gives, later rows the larger ones.
    public var key: String {
        switch self {
        case .sqlite: "INTEGER PRIMARY KEY"
        case .postgreSQL: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        }
    }

    /// What follows the type of a text that is compared byte by byte.
    public var binaryCollation: String {
        switch self {
        case .sqlite: "COLLATE BINARY"
        case .postgreSQL: "COLLATE \"C\""
        }
    }

    /// The type of whole numbers of 64 bits; `INTEGER` has 32 somewhere.
    public var integer: String {
        switch self {
        case .sqlite: "INTEGER"
        case .postgreSQL: "BIGINT"
        }
    }

    /// The type of floating-point numbers of 64 bits.
    public var real: String {
        switch self {
        case .sqlite: "REAL"
        case .postgreSQL: "DOUBLE PRECISION"
        }
    }

    /// The type of byte strings.
    public var bytes: String {
        switch self {
        case .sqlite: "BLOB"
        case .postgreSQL: "BYTEA"
        }
    }

    /// A primary key of numbers that grow with each row, and are never given twice.
    public var growingKey: String {
        switch self {
        case .sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT"
        case .postgreSQL: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        }
    }

    /// What follows a table's columns so that they take values of their types only.
    public var strict: String {
        switch self {
        case .sqlite: "STRICT"
        case .postgreSQL: ""
        }
    }
}
