/// One thing that a search's text asks for; a listing matches when it has all of them.
package enum SearchTerm: Hashable, Sendable {
    /// A word.
    case word(String)
    /// The beginning of a word.
    case prefix(String)
    /// Words that follow each other.
    case phrase([String])

    /// The term as a text that no other kind of term has.
    var key: String {
        switch self {
        case .word(let word): "w" + word
        case .prefix(let beginning): "p" + beginning
        case .phrase(let words): "s" + words.joined(separator: " ")
        }
    }

    /// The longest text of a search, in characters.
    package static let maximumLength = 200

    /// Reads the text of a search: words, beginnings of words with `*`, and phrases in double quotes.
    ///
    /// What is neither letter nor digit separates words. A quote that is not closed runs to the end. A text without any
    /// letter or digit has no terms.
    package static func parse(_ text: String) -> [SearchTerm] {
        var terms: [SearchTerm] = []
        for (index, part) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) {
                terms += part.split(whereSeparator: \.isWhitespace).flatMap(chunk)
            } else {
                let words = words(in: part)
                if words.count == 1 { terms.append(.word(words[0])) }
                if words.count > 1 { terms.append(.phrase(words)) }
            }
        }
        return terms
    }

    /// The terms of a run of text without white space: `black-tan*` is the word `black` and the prefix `tan`.
    private static func chunk(_ text: Substring) -> [SearchTerm] {
        let words = words(in: text)
        guard let last = words.last else { return [] }
        let isPrefix = text.hasSuffix("*")
        return words.dropLast().map(SearchTerm.word) + [isPrefix ? .prefix(last) : .word(last)]
    }

    /// Runs of letters, digits and marks, as the index sees them.
    private static func words(in text: Substring) -> [String] {
        var words: [String] = []
        var current = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isWordPart(scalar) {
                current.append(scalar)
            } else if !current.isEmpty {
                words.append(String(current))
                current = .init()
            }
        }
        if !current.isEmpty { words.append(String(current)) }
        // Marks alone, such as the one that follows a heart to make it red, are no word to an index.
        return words.filter { $0.unicodeScalars.contains { isWordPart($0) && !isMark($0) } }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark, .privateUse:
            true
        default: false
        }
    }
}
