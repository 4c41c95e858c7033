/// One reason why a source is not valid Gherkin.
package struct GherkinError: Error, Hashable, Sendable {
    /// A rule of the language that a source can break.
    package enum Problem: Hashable, Sendable {
        /// The line fits none of the lines that may stand there; both are given as the reference parser spells them.
        case unexpectedLine(expected: [String], received: String)

        /// The file ends where one of the expected lines is missing.
        case unexpectedEndOfFile(expected: [String])

        /// A table row has more or fewer cells than the first row.
        case inconsistentCellCount

        /// There is white space between an at sign and the next one.
        case whitespaceInTag

        /// The language header asks for a dialect other than English.
        case unsupportedLanguage(String)
    }

    /// The place of the offending line or element.
    package let location: Location

    /// The broken rule.
    package let problem: Problem

    /// Creates an error.
    package init(location: Location, problem: Problem) {
        self.location = location
        self.problem = problem
    }

    /// What is wrong, in the words of the reference parser and without the location.
    package var message: String {
        switch problem {
        case .unexpectedLine(let expected, let received):
            "expected: \(expected.joined(separator: ", ")), got '\(received)'"
        case .unexpectedEndOfFile(let expected):
            "unexpected end of file, expected: \(expected.joined(separator: ", "))"
        case .inconsistentCellCount: "inconsistent cell count within the table"
        case .whitespaceInTag: "A tag may not contain whitespace"
        case .unsupportedLanguage(let language): "Language not supported: \(language)"
        }
    }
}

extension GherkinError: CustomStringConvertible {
    package var description: String { "\(location): \(message)" }
}
