import CSQLite
import SQLStorage

/// A prepared statement of one connection, which outlives it.
final class SQLiteStatement {
    /// Whether somebody is between its beginning and its end.
    var isInUse = false
    /// When it was used last, for the cache that keeps it.
    var lastUse: UInt64 = 0

    private let handle: OpaquePointer
    private let text: String
    private let parameterCount: Int
    private var names: (preparations: Int32, list: [String])?

    /// Takes a statement over.
    init(_ handle: OpaquePointer, text: String) {
        self.handle = handle
        self.text = text
        parameterCount = Int(sqlite3_bind_parameter_count(handle))
    }

    deinit { sqlite3_finalize(handle) }

    /// Sets the arguments, in the order of their marks; the values are copied.
    func bind(_ arguments: [(any SQLConvertible)?]) throws {
        guard arguments.count == parameterCount else {
            let message = "\(arguments.count) arguments for \(parameterCount) marks"
            throw SQLiteError(extendedCode: SQLITE_MISUSE, message: message, sql: text)
        }
        for (index, argument) in arguments.enumerated() {
            let code = bind(argument?.sqlValue ?? .null, Int32(index + 1))
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

    private func bind(_ value: SQLValue, _ index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .real(let number): return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                // No bytes have no address, and without an address there is no text.
                guard let start = bytes.baseAddress else { return csqlite_bind_text(handle, index, "", 0) }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    csqlite_bind_text(handle, index, $0, UInt64(bytes.count))
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return bytes.withUnsafeBytes { csqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
        }
    }

    /// Goes to the next row; false at the end.
    ///
    /// - Throws: `CancellationError` when the task was cancelled meanwhile, otherwise ``SQLiteError``.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Makes the statement ready for its next use, and forgets its arguments.
    ///
    /// What SQLite returns here is the last step's failure once more.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// The row that the last step came to.
    var row: SQLiteRow { SQLiteRow(handle) }

    /// The columns' names, right once a step was made: SQLite prepares a statement anew when tables have changed.
    var columns: [String] {
        let preparations = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
        if let names, names.preparations == preparations { return names.list }
        let list = (0..<sqlite3_column_count(handle)).map { index in
            sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
        }
        names = (preparations, list)
        return list
    }

    private func failure(_ code: Int32) -> any Error {
        let isEnded = [SQLITE_INTERRUPT, SQLITE_BUSY].contains(code & 0xFF)
        if isEnded, Task.isCancelled { return CancellationError() }
        let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        return SQLiteError(extendedCode: code, message: message, sql: text)
    }
}
