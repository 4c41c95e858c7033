import Logging

/// Writes the members of one JSON object into a line.
struct LineBuilder {
    private var text = Array("{".utf8)

    /// Adds a string member.
    mutating func add(_ key: String, _ value: String) {
        separate()
        appendQuoted(key)
        text.append(UInt8(ascii: ":"))
        appendQuoted(value)
    }

    /// Adds a metadata value, redacted when its key is secret and it is not ``Disclosed``.
    mutating func add(_ key: String, _ value: Logger.MetadataValue) {
        separate()
        appendQuoted(key)
        text.append(UInt8(ascii: ":"))
        append(value, under: key)
    }

    /// The line with its end.
    consuming func finished() -> String {
        String(decoding: text + Array("}\n".utf8), as: UTF8.self)
    }

    private mutating func append(_ value: Logger.MetadataValue, under key: String) {
        if Redaction.isSecret(key), !Self.isDisclosed(value) {
            appendQuoted(Redaction.replacement)
            return
        }
        switch value {
        case .string(let string): appendQuoted(string)
        // Concrete types first: a cast to a protocol searches the whole executable's conformances.
        case .stringConvertible(let number as Int): append("\(number)")
        case .stringConvertible(let number as Double) where number.isFinite: append("\(number)")
        case .stringConvertible(let flag as Bool): append("\(flag)")
        case .stringConvertible(let other) where Self.isInteger(other): append(other.description)
        case .stringConvertible(let other): appendQuoted(other.description)
        case .array(let values):
            append("[")
            for (index, element) in values.enumerated() {
                if index > 0 { append(",") }
                append(element, under: key)
            }
            append("]")
        case .dictionary(let members):
            append("{")
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(",") }
                appendQuoted(member.key)
                text.append(UInt8(ascii: ":"))
                append(member.value, under: member.key)
            }
            append("}")
        }
    }

    private static func isDisclosed(_ value: Logger.MetadataValue) -> Bool {
        if case .stringConvertible(let value) = value { value is Disclosed } else { false }
    }

    private static func isInteger(_ value: any CustomStringConvertible) -> Bool {
        switch value {
        case is Int64, is Int32, is Int16, is Int8, is UInt, is UInt64, is UInt32, is UInt16, is UInt8: true
        default: false
        }
    }

    private mutating func separate() {
        if text.count > 1 { append(",") }
    }

    /// Escapes what JSON demands, and every other character that ends a line or commands a terminal.
    private mutating func appendQuoted(_ string: String) {
        text.append(UInt8(ascii: "\""))
        for scalar in string.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: text += [UInt8(ascii: "\\"), UInt8(ascii: scalar)]
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: appendEscaped(scalar.value)
            case 0x20..<0x7F: text.append(UInt8(ascii: scalar))
            default: text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ value: UInt32) {
        let digits = String(value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
    }

    private mutating func append(_ string: String) {
        text.append(contentsOf: string.utf8)
    }
}
