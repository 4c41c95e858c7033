import CSQLite
import SQLStorage

/// A connection to a database file, for one thread at a time.
///
/// Nothing of it is left when it goes: its statements end first, and then the connection.
final class SQLiteConnection {
    /// What a connection is for.
    enum Role: Sendable {
        /// Changes the file, and makes it where there is none.
        case writer
        /// Reads, and can do nothing else.
        case reader
    }

    let handle: OpaquePointer
    private let watch: SQLiteWatch
    private var cache = StatementCache()

    /// Opens a file.
    ///
    /// - Throws: ``SQLiteError`` when it cannot be opened or is no database.
    init(path: String, role: Role, wait: BusyWait) throws {
        let access = role == .writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        var opened: OpaquePointer?
        // One thread at a time: SQLite's own mutexes are not needed.
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            let message = String(cString: opened.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
            sqlite3_close(opened)
            throw SQLiteError(extendedCode: code, message: message)
        }
        handle = opened
        watch = SQLiteWatch(wait: wait)
        // From here on the connection is complete, and closed by deinit whatever fails.
        watch.install(on: handle)
        try prepare(for: role)
    }

    deinit {
        cache.removeAll()
        // Of a connection without statements this is what sqlite3_close is.
        sqlite3_close_v2(handle)
    }

    /// Whether a transaction is open: SQLite ends one by itself on some errors.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// How many rows the last statement changed, those of its triggers left out.
    var changedRows: Int { Int(sqlite3_changes64(handle)) }

    /// How many statements are kept.
    var keptStatements: Int { cache.count }

    private func prepare(for role: Role) throws {
        guard csqlite_refuse_quoted_texts(handle) == SQLITE_OK else { throw failure(nil) }
        try run("PRAGMA foreign_keys = ON")
        switch role {
        case .reader: try run("PRAGMA query_only = ON")
        case .writer:
            // A file that may not be written is opened all the same, and says so with the first row only.
            guard sqlite3_db_readonly(handle, "main") == 0 else {
                throw SQLiteError(extendedCode: SQLITE_READONLY, message: "the file may not be written")
            }
            var mode: String?
            try run("PRAGMA journal_mode = WAL") { row in mode = try row.text(0) }
            guard mode == "wal" else {
                throw SQLiteError(
                    extendedCode: SQLITE_ERROR,
                    message: "there is no write-ahead log for such a database"
                )
            }
            try run("PRAGMA synchronous = FULL")
        }
    }

    /// Runs one statement to its end.
    ///
    /// A statement is kept for the next time, but for one that failed. `body` may run others, and the same one.
    /// - Parameters:
    ///   - sql: One statement.
    ///   - arguments: The values of its marks.
    ///   - body: Takes each row, with the statement that it is of.
    /// - Throws: ``SQLiteError``, `CancellationError` when the task is cancelled, or what `body` throws.
    func forEachStep(
        _ sql: String,
        _ arguments: [(any SQLConvertible)?],
        _ body: (SQLiteStatement) throws -> Void
    ) throws {
        let text = StatementText(text: sql)
        let statement = try cache.take(text) ?? prepare(text)
        statement.isInUse = true
        do {
            try statement.bind(arguments)
            while try statement.step() { try body(statement) }
            statement.reset()
            statement.isInUse = false
        } catch {
            statement.reset()
            cache.drop(statement, text)
            throw error
        }
    }

    /// As ``forEachStep(_:_:_:)``, for a statement whose rows do not matter or are read where they lie.
    func run(
        _ sql: String,
        _ arguments: [(any SQLConvertible)?] = [],
        _ body: (borrowing SQLiteRow) throws -> Void = { _ in }
    ) throws {
        try forEachStep(sql, arguments) { try body($0.row) }
    }

    /// Runs statements without arguments, separated by semicolons; the first that fails ends them.
    func run(script: String) throws {
        var rest = script
        while let (statement, tail) = try prepare(rest, flags: 0) {
            while try statement.step() {}
            rest = tail
        }
    }

    /// Runs `body` without regard to whether anybody waits for it.
    func uninterrupted<Value>(_ body: () throws -> Value) rethrows -> Value {
        watch.isWatching = false
        defer { watch.isWatching = true }
        return try body()
    }

    private func prepare(_ text: StatementText) throws -> SQLiteStatement {
        guard let (statement, tail) = try prepare(text.text, flags: UInt32(SQLITE_PREPARE_PERSISTENT)) else {
            throw SQLiteError(extendedCode: SQLITE_MISUSE, message: "there is no statement", sql: text.text)
        }
        guard try tail.isEmpty || prepare(tail, flags: 0) == nil else {
            throw SQLiteError(extendedCode: SQLITE_MISUSE, message: "there are several statements", sql: text.text)
        }
        cache.keep(statement, text)
        return statement
    }

    /// Prepares the first statement of a text; nil when there is none.
    private func prepare(_ sql: String, flags: UInt32) throws -> (SQLiteStatement, tail: String)? {
        var prepared: OpaquePointer?
        var sql = sql
        let (code, length) = sql.withUTF8 { bytes in
            // An empty text has no address, and nothing in it.
            guard let start = bytes.baseAddress else { return (SQLITE_OK, 0) }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
                var end: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(handle, start, Int32(bytes.count), flags, &prepared, &end)
                return (code, end.map { $0 - start } ?? bytes.count)
            }
        }
        guard code == SQLITE_OK else { throw failure(sql) }
        guard let prepared else { return nil }
        let end = sql.utf8.index(sql.utf8.startIndex, offsetBy: length)
        return (SQLiteStatement(prepared, text: String(sql[..<end])), String(sql[end...]))
    }

    private func failure(_ sql: String?) -> any Error {
        let code = sqlite3_extended_errcode(handle)
        if [SQLITE_INTERRUPT, SQLITE_BUSY].contains(code & 0xFF), Task.isCancelled { return CancellationError() }
        return SQLiteError(extendedCode: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}
