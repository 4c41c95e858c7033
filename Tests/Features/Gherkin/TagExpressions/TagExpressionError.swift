/// Why a text is not a tag expression.
package struct TagExpressionError: Error, Hashable, Sendable {
    /// A rule of the expression language that a text can break.
    package enum Problem: Hashable, Sendable {
        /// A tag, `not` or an opening parenthesis is missing.
        case expectedOperand

        /// An `and` or `or` is missing.
        case expectedOperator

        /// An opening parenthesis is never closed.
        case unmatchedOpeningParenthesis

        /// A closing parenthesis closes nothing.
        case unmatchedClosingParenthesis

        /// A backslash precedes a character that needs no escape.
        case illegalEscape(before: Character)
    }

    /// The text as given.
    package let expression: String

    /// The broken rule.
    package let problem: Problem
}

extension TagExpressionError: CustomStringConvertible {
    package var description: String {
        let reason =
            switch problem {
            case .expectedOperand: "Expected operand."
            case .expectedOperator: "Expected operator."
            case .unmatchedOpeningParenthesis: "Unmatched (."
            case .unmatchedClosingParenthesis: "Unmatched )."
            case .illegalEscape(let character): "Illegal escape before \"\(character)\"."
            }
        return "Tag expression \"\(expression)\" could not be parsed because of syntax error: \(reason)"
    }
}
