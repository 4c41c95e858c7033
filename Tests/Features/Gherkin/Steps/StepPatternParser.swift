/// Reads a step pattern: first into lexemes, then into parts.
struct StepPatternParser {
    private enum Lexeme: Hashable {
        case character(Character)
        case slash
        case optional(String)
        case parameter(StepParameter)

        /// Whether alternatives end here.
        var separatesAlternatives: Bool {
            switch self {
            case .character(let character): character.isWhitespace
            case .parameter: true
            case .slash, .optional: false
            }
        }
    }

    static let reserved: Set<Character> = ["(", ")", "{", "}", "/", "\\"]

    private let pattern: String
    private var rest: Substring

    /// Returns the parts of the pattern in order.
    static func parse(_ pattern: String) throws(StepPatternError) -> [StepPattern.Part] {
        var parser = StepPatternParser(pattern: pattern, rest: pattern[...])
        var parts: [StepPattern.Part] = []
        var run: [Lexeme] = []
        while let lexeme = try parser.nextLexeme() {
            if lexeme.separatesAlternatives {
                parts += try parser.parts(ofRun: run) + parser.parts(of: [lexeme])
                run = []
            } else {
                run.append(lexeme)
            }
        }
        return parts + (try parser.parts(ofRun: run))
    }

    private mutating func nextLexeme() throws(StepPatternError) -> Lexeme? {
        switch rest.popFirst() {
        case nil: return nil
        case "\\": return .character(try escaped())
        case "/": return .slash
        case "(":
            let text = try text(until: ")", openedBy: "(")
            guard !text.isEmpty else { throw error(.emptyOptional) }
            return .optional(text)
        case "{":
            let name = try text(until: "}", openedBy: "{")
            guard let parameter = StepParameter(rawValue: name) else { throw error(.unknownParameter(name)) }
            return .parameter(parameter)
        case .some(let character) where character == ")" || character == "}": throw error(.unopened(character))
        case .some(let character): return .character(character)
        }
    }

    private mutating func escaped() throws(StepPatternError) -> Character {
        guard let character = rest.popFirst(), Self.reserved.contains(character) else { throw error(.illegalEscape) }
        return character
    }

    private mutating func text(
        until end: Character,
        openedBy start: Character
    ) throws(StepPatternError) -> String {
        var text = ""
        while let character = rest.popFirst() {
            if character == end { return text }
            text.append(character == "\\" ? try escaped() : character)
        }
        throw error(.unclosed(start))
    }

    /// The parts of lexemes between two separators, where a slash makes alternatives of all of them.
    private func parts(ofRun run: [Lexeme]) throws(StepPatternError) -> [StepPattern.Part] {
        guard run.contains(.slash) else { return parts(of: run) }
        let alternatives = run.split(separator: .slash, omittingEmptySubsequences: false)
        guard !alternatives.contains(where: \.isEmpty) else { throw error(.emptyAlternative) }
        return [.alternatives(alternatives.map { parts(of: Array($0)) })]
    }

    private func parts(of lexemes: [Lexeme]) -> [StepPattern.Part] {
        lexemes.map { lexeme in
            switch lexeme {
            case .character(let character): .text(String(character))
            case .slash: .text("/")
            case .optional(let text): .optional(text)
            case .parameter(let parameter): .parameter(parameter)
            }
        }
    }

    private func error(_ problem: StepPatternError.Problem) -> StepPatternError {
        StepPatternError(pattern: pattern, problem: problem)
    }
}
