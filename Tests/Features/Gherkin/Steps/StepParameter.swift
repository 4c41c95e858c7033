/// The parameter types that a step pattern may name in braces.
enum StepParameter: String, Hashable, Sendable {
    /// Text in double or single quotes; a backslash makes a quote part of the text.
    case string

    /// A whole number with an optional minus sign.
    case int

    /// One or more characters other than white space.
    case word

    /// A way to read the beginning of a text, with what remains after it.
    typealias Reading = (capture: StepCapture, rest: Substring)

    /// The ways to read the beginning of `text`, the longest first; none when it does not start with a value.
    func readings(of text: Substring) -> [Reading] {
        switch self {
        case .string: Self.quoted(text).map { [$0] } ?? []
        case .int: Self.number(text).map { [$0] } ?? []
        case .word: Self.words(text)
        }
    }

    private static func quoted(_ text: Substring) -> Reading? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
        var content = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote { return (.text(content), rest) }
            if character == "\\", let escaped = rest.first, escaped == "\"" || escaped == "'" {
                content.append(escaped)
                rest.removeFirst()
            } else {
                content.append(character)
            }
        }
        return nil
    }

    private static func number(_ text: Substring) -> Reading? {
        let sign = text.prefix { $0 == "-" }
        let digits = text[sign.endIndex...].prefix { $0.isASCII && $0.isNumber }
        return Int(text[..<digits.endIndex]).map { (.number($0), text[digits.endIndex...]) }
    }

    private static func words(_ text: Substring) -> [Reading] {
        let longest = text.prefix { !$0.isWhitespace }
        return longest.indices.reversed().map { last in
            (.text(String(text[...last])), text[text.index(after: last)...])
        }
    }
}
