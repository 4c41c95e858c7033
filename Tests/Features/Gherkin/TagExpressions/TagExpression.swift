/// A condition on tags that selects scenarios, such as `@smoke and not @slow`.
///
/// `not` binds tighter than `and`, which binds tighter than `or`; parentheses group. A backslash makes a parenthesis,
/// a backslash or white space part of a tag. The empty expression holds for all tags.
package struct TagExpression: Hashable, Sendable {
    indirect enum Node: Hashable, Sendable {
        case always
        case tag(String)
        case not(Node)
        case and(Node, Node)
        case or(Node, Node)
    }

    private let root: Node

    /// Creates the expression that `text` describes.
    package init(parsing text: String) throws(TagExpressionError) {
        root = try TagExpressionParser.parse(text)
    }

    /// Whether the condition holds for the given tags, at signs included.
    package func matches(_ tags: Set<String>) -> Bool { root.holds(for: tags) }

    /// Whether the condition holds for the tags that a pickle has or inherits.
    package func matches(_ pickle: Pickle) -> Bool { matches(Set(pickle.tags.map(\.name))) }
}

extension TagExpression: CustomStringConvertible {
    /// The expression with all parentheses written out.
    package var description: String { root.text }
}

extension TagExpression.Node {
    fileprivate func holds(for tags: Set<String>) -> Bool {
        switch self {
        case .always: true
        case .tag(let name): tags.contains(name)
        case .not(let operand): !operand.holds(for: tags)
        case .and(let left, let right): left.holds(for: tags) && right.holds(for: tags)
        case .or(let left, let right): left.holds(for: tags) || right.holds(for: tags)
        }
    }

    fileprivate var text: String {
        switch self {
        case .always: ""
        case .tag(let name): String(name.flatMap { $0.needsEscapeInTag ? ["\\", $0] : [$0] })
        case .not(.and(let left, let right)): "not ( \(left.text) and \(right.text) )"
        case .not(.or(let left, let right)): "not ( \(left.text) or \(right.text) )"
        case .not(let operand): "not ( \(operand.text) )"
        case .and(let left, let right): "( \(left.text) and \(right.text) )"
        case .or(let left, let right): "( \(left.text) or \(right.text) )"
        }
    }
}
