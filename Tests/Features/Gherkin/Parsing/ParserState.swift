/// Where in the grammar the parser stands: what it read last that matters for what may come next.
///
/// Features and rules have the same states, because the lines they accept are the same.
enum ParserState: Hashable, Sendable {
    /// The block that the current steps belong to.
    enum StepOwner: Hashable, Sendable {
        case background, scenario
    }

    case start
    case language
    case featureTags, ruleTags, scenarioTags, examplesTags
    case header, headerDescription
    case background, backgroundDescription
    case scenario, scenarioDescription
    case examples, examplesDescription, examplesTable
    case step(StepOwner, StepArgumentStage)

    /// The kinds of line that may come next, in the order in which they are tried and reported.
    var expected: [TokenKind] {
        switch self {
        case .start: [.endOfFile, .language, .tagLine, .featureLine, .comment, .empty]
        case .language, .featureTags: [.tagLine, .featureLine, .comment, .empty]
        case .ruleTags: [.tagLine, .ruleLine, .comment, .empty]
        case .scenarioTags: [.tagLine, .scenarioLine, .comment, .empty]
        case .examplesTags: [.tagLine, .examplesLine, .comment, .empty]
        case .header: [.endOfFile, .empty, .comment, .backgroundLine] + siblings + [.other]
        case .headerDescription: [.endOfFile, .comment, .backgroundLine] + siblings + [.other]
        case .background, .scenario: [.endOfFile, .empty, .comment, .stepLine] + siblings + [.other]
        case .backgroundDescription, .scenarioDescription:
            [.endOfFile, .comment, .stepLine] + siblings + [.other]
        case .examples: [.endOfFile, .empty, .comment, .tableRow] + siblings + [.other]
        case .examplesDescription: [.endOfFile, .comment, .tableRow] + siblings + [.other]
        case .examplesTable: [.endOfFile, .tableRow] + siblings + [.comment, .empty]
        case .step(_, let stage) where stage.isOpenDocString: [.docStringSeparator, .other]
        case .step(_, let stage): [.endOfFile] + stage.expected + [.stepLine] + siblings + [.comment, .empty]
        }
    }

    /// Whether an examples block may follow.
    var allowsExamples: Bool {
        switch self {
        case .scenario, .scenarioDescription, .examples, .examplesDescription, .examplesTable, .step(.scenario, _):
            true
        default: false
        }
    }

    /// Whether tags read so far lack the line they belong to, so that more tags belong to the same line.
    var collectsTags: Bool {
        switch self {
        case .featureTags, .ruleTags, .scenarioTags, .examplesTags: true
        default: false
        }
    }

    /// The state after a line of the given kind, which must be among those expected and not a tag line.
    func next(on kind: TokenKind) -> ParserState {
        switch kind {
        case .endOfFile, .empty, .tagLine: self
        case .comment, .other: described
        case .language: .language
        case .featureLine, .ruleLine: .header
        case .backgroundLine: .background
        case .scenarioLine: .scenario
        case .examplesLine: .examples
        case .stepLine: .step(allowsExamples ? .scenario : .background, .none)
        case .tableRow, .docStringSeparator: nextInArgument(on: kind)
        }
    }

    /// The lines that end the current block by opening another one.
    private var siblings: [TokenKind] {
        allowsExamples ? [.tagLine, .examplesLine, .scenarioLine, .ruleLine] : [.tagLine, .scenarioLine, .ruleLine]
    }

    /// The state after free text or a comment, which starts a description where there can be one.
    private var described: ParserState {
        switch self {
        case .header: .headerDescription
        case .background: .backgroundDescription
        case .scenario: .scenarioDescription
        case .examples: .examplesDescription
        default: self
        }
    }

    private func nextInArgument(on kind: TokenKind) -> ParserState {
        guard case .step(let owner, let stage) = self else { return .examplesTable }
        return .step(owner, kind == .tableRow ? stage.afterTableRow : stage.afterSeparator)
    }
}
