/// The text of a step with places for values, in the style of Cucumber expressions.
///
/// - `{string}`, `{int}` and `{word}` capture a value.
/// - `mail(s)` makes the text in parentheses optional.
/// - `is/are` accepts either word; an alternative extends to the next white space or parameter.
/// - A backslash takes the meaning from a parenthesis, a brace, a slash or a backslash.
package struct StepPattern: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case text(String)
        case optional(String)
        case alternatives([[Part]])
        case parameter(StepParameter)
    }

    /// The pattern as written.
    package let source: String

    private let parts: [Part]

    /// Creates the pattern that `source` describes.
    package init(parsing source: String) throws(StepPatternError) {
        self.source = source
        parts = try StepPatternParser.parse(source)
    }

    /// The values at the places for values when all of `text` fits the pattern, otherwise nothing.
    func captures(in text: String) -> [StepCapture]? { Self.captures(of: parts[...], in: text[...]) }

    /// Tries every way to divide `text` between the parts until one fits.
    private static func captures(of parts: ArraySlice<Part>, in text: Substring) -> [StepCapture]? {
        guard let part = parts.first else { return text.isEmpty ? [] : nil }
        let others = parts.dropFirst()
        switch part {
        case .text(let expected):
            guard text.hasPrefix(expected) else { return nil }
            return captures(of: others, in: text.dropFirst(expected.count))
        case .optional(let expected):
            return captures(of: [.text(expected)] + others, in: text) ?? captures(of: others, in: text)
        case .alternatives(let alternatives):
            return alternatives.firstResult { captures(of: $0 + others, in: text) }
        case .parameter(let parameter):
            return parameter.readings(of: text).firstResult { reading in
                captures(of: others, in: reading.rest).map { [reading.capture] + $0 }
            }
        }
    }
}

extension Array {
    /// The first result of `transform` that is not nothing.
    fileprivate func firstResult<Result>(_ transform: (Element) -> Result?) -> Result? {
        for element in self {
            if let result = transform(element) { return result }
        }
        return nil
    }
}
