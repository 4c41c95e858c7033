/// Why a text is not a step pattern.
package struct StepPatternError: Error, Hashable, Sendable {
    /// A rule of the pattern language that a text can break.
    package enum Problem: Hashable, Sendable {
        /// The name in braces is none of `string`, `int` and `word`.
        case unknownParameter(String)

        /// An opening parenthesis or brace is never closed.
        case unclosed(Character)

        /// A closing parenthesis or brace closes nothing.
        case unopened(Character)

        /// There is nothing between two parentheses.
        case emptyOptional

        /// There is nothing on one side of a slash.
        case emptyAlternative

        /// A backslash precedes a character that needs no escape, or ends the pattern.
        case illegalEscape
    }

    /// The text as given.
    package let pattern: String

    /// The broken rule.
    package let problem: Problem

    /// Creates an error.
    package init(pattern: String, problem: Problem) {
        self.pattern = pattern
        self.problem = problem
    }
}

extension StepPatternError: CustomStringConvertible {
    package var description: String {
        let reason =
            switch problem {
            case .unknownParameter(let name): "there is no parameter type {\(name)}"
            case .unclosed(let character): "\(character) is never closed"
            case .unopened(let character): "\(character) closes nothing"
            case .emptyOptional: "the parentheses are empty"
            case .emptyAlternative: "one side of a slash is empty"
            case .illegalEscape: "a backslash may only precede one of ( ) { } / \\"
            }
        return "\"\(pattern)\" is not a step pattern: \(reason)"
    }
}
