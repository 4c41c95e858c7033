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

    /// Adds a metadata value, redacted when its key is secret.
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
        if Redaction.isSecret(key) {
            appendQuoted(Redaction.replacement)
            return
        }
        switch value {
        case .string(let string): appendQuoted(string)
        // Concrete types first: a cast to a protocol searches the whole executable's conformances.
        case .stringConvertible(let number as Int): append("\(number)")
        case .stringConvertible(let number as Double) where number.isFinite: append("\(number)")
        case .stringConvertible(let number as Int32): append("\(number)")
        case .stringConvertible(let number as Int64): append("\(number)")
        case .stringConvertible(let number as UInt64): append("\(number)")
        case .stringConvertible(let flag as Bool): append("\(flag)")
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

    private mutating func separate() {
        if text.count > 1 { append(",") }
    }

    private mutating func appendQuoted(_ string: String) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\r"): append("\\r")
            case UInt8(ascii: "\t"): append("\\t")
            case 0..<0x20, 0x7F: append("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ string: String) {
        text.append(contentsOf: string.utf8)
    }
}
