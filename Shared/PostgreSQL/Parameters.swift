import CPostgreSQL
import SQLStorage

/// The arguments of a statement as the server takes them: texts, but for bytes.
struct Parameters {
    /// The type of byte strings, from the server's catalogue of types; every other is for the server to infer.
    private static let byteString: Oid = 17

    private var types: [Oid] = []
    private var values: [[CChar]?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// - Throws: ``SQLError`` with the code `unstorable` for a text with a NUL, which PostgreSQL has no place for.
    init(_ arguments: [SQLValue]) throws(SQLError) {
        for argument in arguments {
            switch argument {
            case .null: append(nil)
            case .integer(let number): append(Self.text(String(number)))
            case .real(let number): append(Self.text(String(number)))
            case .text(let text):
                guard !text.utf8.contains(0) else {
                    throw SQLError(.unstorable, "PostgreSQL stores no text with a NUL in it")
                }
                append(Self.text(text))
            case .blob(let bytes):
                append(bytes.map { CChar(truncatingIfNeeded: $0) }, type: Self.byteString, isBinary: true)
            }
        }
    }

    private static func text(_ text: String) -> [CChar] {
        text.utf8.map { CChar(truncatingIfNeeded: $0) } + [0]
    }

    private mutating func append(_ value: [CChar]?, type: Oid = 0, isBinary: Bool = false) {
        types.append(type)
        values.append(value)
        lengths.append(Int32(value?.count ?? 0))
        formats.append(isBinary ? 1 : 0)
    }

    typealias Pointers<Result> = ([Oid], [UnsafePointer<CChar>?], [Int32], [Int32]) -> Result

    /// Runs `body` with the four lists that libpq wants; the pointers live as long as the call.
    func withPointers<Result>(_ body: Pointers<Result>) -> Result {
        // One block holds all values, so that one pointer outlives the loop.
        let block = values.reduce(into: [CChar]()) { $0 += $1 ?? [] } + [0]
        return block.withUnsafeBufferPointer { block in
            var offset = 0
            let pointers = values.map { value -> UnsafePointer<CChar>? in
                defer { offset += value?.count ?? 0 }
                return value == nil ? nil : block.baseAddress?.advanced(by: offset)
            }
            return body(types, pointers, lengths, formats)
        }
    }
}
