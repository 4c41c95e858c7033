/// One element of a tag expression.
enum TagExpressionToken: Hashable, Sendable {
    case and, or, not, opening, closing
    case tag(String)

    /// Splits a text at white space and parentheses that no backslash precedes.
    static func tokens(of text: String) throws(TagExpressionError) -> [TagExpressionToken] {
        var tokens: [TagExpressionToken] = []
        var word = ""
        var characters = text.makeIterator()
        while let character = characters.next() {
            switch character {
            case "\\":
                guard let escaped = characters.next() else { break }
                guard escaped.needsEscapeInTag else {
                    throw TagExpressionError(expression: text, problem: .illegalEscape(before: escaped))
                }
                word.append(escaped)
            case _ where character.needsEscapeInTag:
                tokens += [word.isEmpty ? nil : TagExpressionToken(word: word), TagExpressionToken(character)]
                    .compactMap(\.self)
                word = ""
            default: word.append(character)
            }
        }
        return word.isEmpty ? tokens : tokens + [TagExpressionToken(word: word)]
    }

    private init(word: String) {
        switch word {
        case "and": self = .and
        case "or": self = .or
        case "not": self = .not
        default: self = .tag(word)
        }
    }

    private init?(_ character: Character) {
        switch character {
        case "(": self = .opening
        case ")": self = .closing
        default: return nil
        }
    }
}

extension Character {
    /// Whether the character ends a tag unless a backslash precedes it, or is the backslash.
    var needsEscapeInTag: Bool { self == "(" || self == ")" || self == "\\" || isWhitespace }
}
