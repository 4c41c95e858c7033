import CPostgreSQL
import SQLStorage

/// What the server answered to one statement.
final class QueryResult {
    private let pointer: OpaquePointer

    /// Takes the result over.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { PQclear(pointer) }

    /// What the statement was, such as `COMMIT`, and for some how many rows it changed.
    var command: String { String(cString: PQcmdStatus(pointer)) }

    /// How many rows the statement changed or returned.
    var changedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    /// Whether the connection waits for data that nobody here sends or takes.
    var isCopy: Bool {
        [PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH].contains(PQresultStatus(pointer))
    }

    /// The rows, in the server's order.
    func rows() throws(SQLError) -> [SQLRow] {
        let columns = (0..<PQnfields(pointer)).map { String(cString: PQfname(pointer, $0)) }
        var rows: [SQLRow] = []
        rows.reserveCapacity(Int(PQntuples(pointer)))
        for row in 0..<PQntuples(pointer) {
            var values: [SQLValue] = []
            values.reserveCapacity(columns.count)
            for column in columns.indices { values.append(try value(row, Int32(column))) }
            rows.append(SQLRow(columns: columns, values: values))
        }
        return rows
    }

    /// Why the statement failed; nil when it did not.
    func error(isConnected: Bool) -> SQLError? {
        let status = PQresultStatus(pointer)
        guard status != PGRES_COMMAND_OK, status != PGRES_TUPLES_OK else { return nil }
        let state = field("C") ?? ""
        // What the server says of a value it refuses can quote the value.
        let quotes = state.hasPrefix("22") || state.hasPrefix("54")
        let message = quotes ? "a value was refused" : field("M") ?? "a statement failed"
        return SQLError(
            state: state,
            isConnected: isConnected,
            message: message.split(whereSeparator: \.isNewline).joined(separator: "; ")
        )
    }

    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(pointer, Int32(code.value)).map { String(cString: $0) }
    }

    private func value(_ row: Int32, _ column: Int32) throws(SQLError) -> SQLValue {
        guard PQgetisnull(pointer, row, column) == 0 else { return .null }
        let length = Int(PQgetlength(pointer, row, column))
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(pointer, row, column), count: length)
        let text = String(decoding: bytes, as: UTF8.self)
        guard let value = ColumnType(PQftype(pointer, column)).value(text) else {
            throw SQLError(.unexpected, "PostgreSQL sent a value that its type does not have")
        }
        return value
    }
}

/// How the text of a value is read, by the number its type has in the server's catalogue.
private enum ColumnType {
    case integer
    case real
    case boolean
    case bytes
    case text

    init(_ number: Oid) {
        self =
            switch number {
            case 20, 21, 23: .integer
            case 700, 701, 1700: .real
            case 16: .boolean
            case 17: .bytes
            default: .text
            }
    }

    func value(_ text: String) -> SQLValue? {
        switch self {
        case .integer: Int64(text).map(SQLValue.integer)
        case .real: Double(text).map(SQLValue.real)
        case .boolean: .integer(text == "t" ? 1 : 0)
        case .bytes: Self.bytes(text).map(SQLValue.blob)
        case .text: .text(text)
        }
    }

    /// Reads `\x` and two hexadecimal digits for each byte.
    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.dropFirst(2).map { digit -> UInt8 in
            digit < 0x3A ? digit &- 0x30 : (digit | 0x20) &- 0x57
        }
        guard text.hasPrefix("\\x"), digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 < 16 }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

extension SQLError {
    /// Reads the server's five-character state (PostgreSQL, appendix A).
    init(state: String, isConnected: Bool, message: String) {
        let code: Code =
            switch state {
            // Serialization failure, deadlock.
            case "40001", "40P01": .conflict
            // Disk full, and no memory, too many connections.
            case "53100": .full
            case "53200", "53300": .unavailable
            // A text with a NUL, a character that the encoding does not have.
            case "22021", "22P05": .unstorable
            // A statement or lock that took too long; a role that only reads, as a standby.
            case "57014", "55P03", "25006", "25P03": .unavailable
            default: Self.isOutage(state, isConnected) ? .unavailable : .unexpected
            }
        self.init(code, state.isEmpty ? "PostgreSQL: \(message)" : "PostgreSQL: \(message) (\(state))")
    }

    /// Connection exceptions, shutdowns and start-ups, system errors; and any failure that took the connection along.
    private static func isOutage(_ state: String, _ isConnected: Bool) -> Bool {
        !isConnected || state.hasPrefix("08") || state.hasPrefix("57P") || state.hasPrefix("58")
    }
}
