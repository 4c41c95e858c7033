/// One row of a statement's result.
public struct SQLRow: Hashable, Sendable {
    private let columns: [String]
    /// The values, in the order of the columns.
    public let values: [SQLValue]

    /// Creates a row; both lists have the same length.
    public init(columns: [String], values: [SQLValue]) {
        precondition(columns.count == values.count, "a row has a value for each column")
        self.columns = columns
        self.values = values
    }

    /// The value of a column.
    ///
    /// - Throws: ``SQLError`` when there is no such column, or its value is null or of another type.
    public subscript<Value: SQLConvertible>(_ column: String) -> Value {
        get throws {
            guard let value: Value = try optional(column) else { throw mismatch(column) }
            return value
        }
    }

    /// The value of a column, or nil where it is null.
    ///
    /// - Throws: ``SQLError`` when there is no such column, or its value is of another type.
    public func optional<Value: SQLConvertible>(_ column: String) throws -> Value? {
        guard let index = columns.firstIndex(of: column) else { throw mismatch(column) }
        return try optional(index)
    }

    /// The value at a position, from 0; for many rows of many columns, where names take longer.
    public subscript<Value: SQLConvertible>(_ index: Int) -> Value {
        get throws {
            guard let value: Value = try optional(index) else { throw mismatch(columns[index]) }
            return value
        }
    }

    /// The value at a position, or nil where it is null.
    public func optional<Value: SQLConvertible>(_ index: Int) throws -> Value? {
        precondition(values.indices.contains(index), "the statement returns no column \(index)")
        guard values[index] != .null else { return nil }
        guard let value = Value(sqlValue: values[index]) else { throw mismatch(columns[index]) }
        return value
    }

    private func mismatch(_ column: String) -> SQLError {
        SQLError(.unexpected, "a row has no value of the expected type in column \(column)")
    }
}
