import CSQLite
public import SQLStorage

extension SQLError {
    /// Puts SQLite's error into the words that engines have in common.
    public init(_ error: SQLiteError) {
        let code: Code =
            switch error.code {
            case SQLITE_FULL: .full
            case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_CONSTRAINT, SQLITE_MISMATCH: .unexpected
            default: .unavailable
            }
        self.init(code, "SQLite", cause: error)
    }

    /// Runs `body` with SQLite's errors put into the words that engines have in common.
    static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as SQLiteError {
            throw SQLError(error)
        }
    }
}
