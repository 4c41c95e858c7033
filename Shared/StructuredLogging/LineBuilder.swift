import Logging

/// Writes the members of one JSON object into a line.
struct LineBuilder {
    private var text = "{"

    /// Adds a string member.
    mutating func add(_ key: String, _ value: String) {
        separate()
        appendQuoted(key)
        text += ":"
        appendQuoted(value)
    }

    /// Adds a metadata value, redacted when its key is secret.
    mutating func add(_ key: String, _ value: Logger.MetadataValue) {
        separate()
        appendQuoted(key)
        text += ":"
        append(value, under: key)
    }

    /// The line with its end.
    consuming func finished() -> String {
        text + "}\n"
    }

    private mutating func append(_ value: Logger.MetadataValue, under key: String) {
        if Redaction.isSecret(key) {
            appendQuoted(Redaction.replacement)
            return
        }
        switch value {
        case .string(let string): appendQuoted(string)
        case .stringConvertible(let number as any BinaryInteger): text += "\(number)"
        case .stringConvertible(let number as Double) where number.isFinite: text += "\(number)"
        case .stringConvertible(let flag as Bool): text += "\(flag)"
        case .stringConvertible(let other): appendQuoted(other.description)
        case .array(let values):
            text += "["
            for (index, element) in values.enumerated() {
                if index > 0 { text += "," }
                append(element, under: key)
            }
            text += "]"
        case .dictionary(let members):
            text += "{"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text += "," }
                appendQuoted(member.key)
                text += ":"
                append(member.value, under: member.key)
            }
            text += "}"
        }
    }

    private mutating func separate() {
        if text.utf8.count > 1 { text += "," }
    }

    private mutating func appendQuoted(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
