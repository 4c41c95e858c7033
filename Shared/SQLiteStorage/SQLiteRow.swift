import CSQLite
public import SQLStorage

/// A row that a statement has come to; it is read where it lies and there no longer when the next one comes.
///
/// Columns are told by their positions, from 0.
public struct SQLiteRow: ~Copyable {
    /// How many columns there are.
    public let count: Int

    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) {
        self.statement = statement
        count = Int(sqlite3_column_count(statement))
    }

    /// The text of a column, or nil where it is null.
    ///
    /// Bytes that are no UTF-8 become replacement characters.
    /// - Throws: ``SQLError`` when it is of another type.
    public func text(_ index: Int) throws -> String? {
        switch type(index) {
        case SQLITE_NULL: return nil
        case SQLITE_TEXT: return text(at: Int32(index))
        default: throw mismatch(index)
        }
    }

    /// The whole number of a column, or nil where it is null.
    ///
    /// - Throws: ``SQLError`` when it is of another type.
    public func integer(_ index: Int) throws -> Int64? {
        switch type(index) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return sqlite3_column_int64(statement, Int32(index))
        default: throw mismatch(index)
        }
    }

    /// The bytes of a column, or nil where it is null.
    ///
    /// - Throws: ``SQLError`` when it is of another type.
    public func blob(_ index: Int) throws -> [UInt8]? {
        switch type(index) {
        case SQLITE_NULL: return nil
        case SQLITE_BLOB: return blob(at: Int32(index))
        default: throw mismatch(index)
        }
    }

    /// The value of a column, of whatever type.
    public func value(_ index: Int) -> SQLValue {
        switch type(index) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, Int32(index)))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, Int32(index)))
        case SQLITE_TEXT: .text(text(at: Int32(index)))
        case SQLITE_BLOB: .blob(blob(at: Int32(index)))
        default: .null
        }
    }

    private func type(_ index: Int) -> Int32 {
        precondition(index >= 0 && index < count, "the statement returns no column \(index)")
        return sqlite3_column_type(statement, Int32(index))
    }

    private func text(at index: Int32) -> String {
        // The order of the two calls is SQLite's: the text may be converted first.
        let start = sqlite3_column_text(statement, index)
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index)))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func blob(at index: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(statement, index)
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
    }

    private func mismatch(_ index: Int) -> SQLError {
        let column = sqlite3_column_name(statement, Int32(index)).map { String(cString: $0) } ?? "\(index)"
        return SQLError(.unexpected, "a row has no value of the expected type in column \(column)")
    }
}
