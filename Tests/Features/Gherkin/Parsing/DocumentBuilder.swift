/// Puts tokens together to a document.
///
/// A block ends when a line opens another block on the same level or above; ending one that is not open does nothing.
/// Identifiers are given when a block ends, which makes them equal to those of the reference parser.
struct DocumentBuilder: Sendable {
    private var nodes = NodeFactory()
    private var problems: [GherkinError] = []

    private var pendingTags: [TagDraft] = []
    private var pendingRows: [Token] = []
    private var step: StepDraft?
    private var steps: [GherkinDocument.Step] = []

    private var examples: BlockDraft?
    private var endedExamples: [GherkinDocument.Examples] = []
    private var scenario: BlockDraft?
    private var background: BlockDraft?
    private var section = SectionDraft()

    private var rule: BlockDraft?
    private var endedRules: [GherkinDocument.Rule] = []
    private var feature: BlockDraft?
    private var featureSection: SectionDraft?
    private var endedFeature: GherkinDocument.Feature?

    /// Adds the next token and returns the errors found in the blocks that it ends.
    ///
    /// `state` is the parser's state after the token. It says what tags belong to.
    mutating func add(_ token: Token, enclosing state: ParserState) -> [GherkinError] {
        problems = []
        switch token.kind {
        case .empty, .comment, .language: break
        case .tagLine: addTags(token, enclosing: state)
        case .featureLine: feature = openBlock(token)
        case .ruleLine: openRule(token)
        case .backgroundLine: background = openBlock(token)
        case .scenarioLine: openScenario(token)
        case .examplesLine: openExamples(token)
        case .stepLine: openStep(token)
        case .tableRow: pendingRows.append(token)
        case .docStringSeparator: toggleDocString(token)
        case .other: addFreeText(token.text)
        case .endOfFile: endFeature()
        }
        return problems
    }

    /// The document of all tokens added, which must include the end of the file.
    func document(uri: String) -> GherkinDocument {
        GherkinDocument(uri: uri, feature: endedFeature, nextID: nodes.nextID)
    }
}

extension DocumentBuilder {
    private mutating func addTags(_ token: Token, enclosing state: ParserState) {
        switch state {
        case .examplesTags: endExamples()
        case .scenarioTags: endScenario()
        case .ruleTags: endRule()
        default: break
        }
        pendingTags += TagDraft.tags(of: token)
    }

    private mutating func openBlock(_ token: Token) -> BlockDraft {
        defer { pendingTags = [] }
        return BlockDraft(title: token, tags: pendingTags)
    }

    private mutating func openRule(_ token: Token) {
        endRule()
        rule = openBlock(token)
    }

    private mutating func openScenario(_ token: Token) {
        endScenario()
        scenario = openBlock(token)
    }

    private mutating func openExamples(_ token: Token) {
        endExamples()
        examples = openBlock(token)
    }

    private mutating func openStep(_ token: Token) {
        endStep()
        step = StepDraft(line: token)
    }

    private mutating func toggleDocString(_ token: Token) {
        endStepTable()
        step?.toggleDocString(token)
    }

    private mutating func addFreeText(_ text: String) {
        if step?.hasOpenDocString == true {
            step?.appendToDocString(text)
        } else if examples != nil {
            examples?.describe(text)
        } else if scenario != nil {
            scenario?.describe(text)
        } else if background != nil {
            background?.describe(text)
        } else if rule != nil {
            rule?.describe(text)
        } else {
            feature?.describe(text)
        }
    }
}

extension DocumentBuilder {
    private mutating func endTable() -> [GherkinDocument.TableRow] {
        let rows = pendingRows.map { nodes.tableRow($0) }
        pendingRows = []
        if let odd = rows.first(where: { $0.cells.count != rows.first?.cells.count }) {
            problems.append(GherkinError(location: odd.location, problem: .inconsistentCellCount))
        }
        return rows
    }

    private mutating func endStepTable() {
        guard step != nil, !pendingRows.isEmpty else { return }
        let rows = endTable()
        step?.rows = rows
    }

    private mutating func endStep() {
        endStepTable()
        guard let ended = step else { return }
        steps.append(nodes.step(ended))
        step = nil
    }

    private mutating func endBackground() {
        endStep()
        guard let ended = background else { return }
        section.background = nodes.background(ended, steps: steps)
        (steps, background) = ([], nil)
    }

    private mutating func endExamples() {
        endStep()
        guard let ended = examples else { return }
        endedExamples.append(nodes.examples(ended, rows: endTable()))
        examples = nil
    }

    /// Ends the block below a header, which is a scenario or the background.
    private mutating func endScenario() {
        endExamples()
        endBackground()
        guard let ended = scenario else { return }
        section.scenarios.append(nodes.scenario(ended, steps: steps, examples: endedExamples))
        (steps, endedExamples, scenario) = ([], [], nil)
    }

    /// Ends the open rule, or the part of the feature before its first rule.
    private mutating func endRule() {
        endScenario()
        if let ended = rule {
            endedRules.append(nodes.rule(ended, section: section))
            rule = nil
        } else if featureSection == nil {
            featureSection = section
        }
        section = SectionDraft()
    }

    private mutating func endFeature() {
        endRule()
        guard let ended = feature, let featureSection else { return }
        endedFeature = nodes.feature(ended, section: featureSection, rules: endedRules)
    }
}
