/// Makes document nodes from complete drafts and numbers them in the order in which they are made.
struct NodeFactory: Sendable {
    private(set) var nextID = 0

    private mutating func makeID() -> Int {
        defer { nextID += 1 }
        return nextID
    }

    private mutating func tags(_ drafts: [TagDraft]) -> [GherkinDocument.Tag] {
        drafts.map { GherkinDocument.Tag(id: makeID(), location: $0.location, name: $0.name) }
    }

    mutating func tableRow(_ token: Token) -> GherkinDocument.TableRow {
        GherkinDocument.TableRow(id: makeID(), location: token.location, cells: token.items.map(\.text))
    }

    mutating func step(_ draft: StepDraft) -> GherkinDocument.Step {
        GherkinDocument.Step(
            id: makeID(),
            location: draft.line.location,
            keyword: draft.line.keyword,
            keywordType: draft.line.keywordType,
            text: draft.line.text,
            tableRows: draft.rows,
            docString: draft.docString
        )
    }

    mutating func background(_ draft: BlockDraft, steps: [GherkinDocument.Step]) -> GherkinDocument.Background {
        GherkinDocument.Background(
            id: makeID(),
            location: draft.title.location,
            keyword: draft.title.keyword,
            name: draft.title.text,
            description: draft.description,
            steps: steps
        )
    }

    mutating func examples(_ draft: BlockDraft, rows: [GherkinDocument.TableRow]) -> GherkinDocument.Examples {
        let tags = tags(draft.tags)
        return GherkinDocument.Examples(
            id: makeID(),
            tags: tags,
            location: draft.title.location,
            keyword: draft.title.keyword,
            name: draft.title.text,
            description: draft.description,
            header: rows.first,
            body: Array(rows.dropFirst())
        )
    }

    mutating func scenario(
        _ draft: BlockDraft,
        steps: [GherkinDocument.Step],
        examples: [GherkinDocument.Examples]
    ) -> GherkinDocument.Scenario {
        let tags = tags(draft.tags)
        return GherkinDocument.Scenario(
            id: makeID(),
            tags: tags,
            location: draft.title.location,
            keyword: draft.title.keyword,
            name: draft.title.text,
            description: draft.description,
            steps: steps,
            examples: examples
        )
    }

    mutating func rule(_ draft: BlockDraft, section: SectionDraft) -> GherkinDocument.Rule {
        let tags = tags(draft.tags)
        return GherkinDocument.Rule(
            id: makeID(),
            tags: tags,
            location: draft.title.location,
            keyword: draft.title.keyword,
            name: draft.title.text,
            description: draft.description,
            background: section.background,
            scenarios: section.scenarios
        )
    }

    mutating func feature(
        _ draft: BlockDraft,
        section: SectionDraft,
        rules: [GherkinDocument.Rule]
    ) -> GherkinDocument.Feature {
        GherkinDocument.Feature(
            tags: tags(draft.tags),
            location: draft.title.location,
            language: Dialect.language,
            keyword: draft.title.keyword,
            name: draft.title.text,
            description: draft.description,
            background: section.background,
            scenarios: section.scenarios,
            rules: rules
        )
    }
}
