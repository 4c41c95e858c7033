import CSQLite

/// A database file that cannot be used.
public struct SQLiteStorageError: Error, Sendable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// What is wrong with it and what would help.
    public var message: String

    /// Where the way back from a backup is described.
    static let runbook = "docs/runbooks/restore-from-backup.md"

    /// Creates an error.
    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    /// Puts SQLite's error into words that name the way out.
    public init(path: String, _ error: SQLiteError) {
        self.path = path
        switch error.code {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            message = "is damaged (\(error.message)); keep its files and restore it from a backup: \(Self.runbook)"
        case SQLITE_FULL:
            message = "cannot grow: the disk is full; free space and start again"
        case SQLITE_CANTOPEN:
            message = "cannot be opened; check that its folder exists and is writable"
        case SQLITE_READONLY:
            message = "cannot be written; check its owner and permissions"
        default:
            message = "failed: \(error.message)"
        }
    }

    /// The file and the message.
    public var description: String { "database \(path) \(message)" }
}
