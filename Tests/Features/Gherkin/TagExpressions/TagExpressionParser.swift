/// Reads a tag expression by recursive descent, one function per level of precedence.
struct TagExpressionParser {
    private let text: String
    private var tokens: ArraySlice<TagExpressionToken>

    /// Returns the root of the expression; an empty text makes one that always holds.
    static func parse(_ text: String) throws(TagExpressionError) -> TagExpression.Node {
        let tokens = try TagExpressionToken.tokens(of: text)
        guard !tokens.isEmpty else { return .always }
        var parser = TagExpressionParser(text: text, tokens: tokens[...])
        let root = try parser.disjunction()
        switch parser.tokens.first {
        case nil: return root
        case .closing: throw parser.error(.unmatchedClosingParenthesis)
        default: throw parser.error(.expectedOperator)
        }
    }

    private mutating func disjunction() throws(TagExpressionError) -> TagExpression.Node {
        var node = try conjunction()
        while skip(.or) { node = .or(node, try conjunction()) }
        return node
    }

    private mutating func conjunction() throws(TagExpressionError) -> TagExpression.Node {
        var node = try operand()
        while skip(.and) { node = .and(node, try operand()) }
        return node
    }

    private mutating func operand() throws(TagExpressionError) -> TagExpression.Node {
        switch tokens.popFirst() {
        case .tag(let name): return .tag(name)
        case .not: return .not(try operand())
        case .opening:
            let node = try disjunction()
            guard !skip(.closing) else { return node }
            throw error(tokens.isEmpty ? .unmatchedOpeningParenthesis : .expectedOperator)
        case nil, .and, .or, .closing: throw error(.expectedOperand)
        }
    }

    private mutating func skip(_ token: TagExpressionToken) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }

    private func error(_ problem: TagExpressionError.Problem) -> TagExpressionError {
        TagExpressionError(expression: text, problem: problem)
    }
}
