import FoundationEssentials
public import GRDB
public import SQLStorage

/// A transaction on a SQLite database.
public struct SQLiteSession: SQLSession {
    private let database: Database

    /// Wraps the transaction that GRDB is in.
    public init(_ database: Database) {
        self.database = database
    }

    /// Runs a statement; it is kept for the next time.
    public func rows(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> [SQLRow] {
        try SQLError.translating {
            let statement = try prepare(sql, arguments)
            let columns = statement.columnNames
            return try Row.fetchAll(statement).map { row in
                SQLRow(columns: columns, values: row.databaseValues.map(\.sqlValue))
            }
        }
    }

    /// Runs a statement; it is kept for the next time.
    @discardableResult
    public func execute(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> Int {
        try SQLError.translating {
            try prepare(sql, arguments).execute()
            return database.changesCount
        }
    }

    private func prepare(_ sql: String, _ arguments: [(any SQLConvertible)?]) throws -> Statement {
        let statement = try database.cachedStatement(sql: sql)
        try statement.setArguments(StatementArguments(arguments.map { ($0?.sqlValue ?? .null).databaseValue }))
        return statement
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}

extension DatabaseValue {
    fileprivate var sqlValue: SQLValue {
        switch storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .real(number)
        case .string(let text): .text(text)
        case .blob(let data): .blob(Array(data))
        }
    }
}
