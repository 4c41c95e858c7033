/// Turns a document into the scenarios to run.
package struct PickleCompiler: Sendable {
    /// What scenarios take over from the blocks around them.
    private struct Inheritance {
        var tags: [GherkinDocument.Tag]
        var steps: [GherkinDocument.Step]
    }

    private let uri: String
    private let language: String
    private var nextID: Int
    private var pickles: [Pickle] = []

    private init(uri: String, language: String, nextID: Int) {
        self.uri = uri
        self.language = language
        self.nextID = nextID
    }

    /// Returns the pickles of a document in source order; each row of an examples table makes one.
    package static func compile(_ document: GherkinDocument) -> [Pickle] {
        guard let feature = document.feature else { return [] }
        var compiler = PickleCompiler(uri: document.uri, language: feature.language, nextID: document.nextID)
        let inherited = Inheritance(tags: feature.tags, steps: feature.background?.steps ?? [])
        compiler.compile(feature.scenarios, inherited)
        for rule in feature.rules {
            var inherited = inherited
            inherited.tags += rule.tags
            inherited.steps += rule.background?.steps ?? []
            compiler.compile(rule.scenarios, inherited)
        }
        return compiler.pickles
    }

    private mutating func compile(_ scenarios: [GherkinDocument.Scenario], _ inherited: Inheritance) {
        for scenario in scenarios {
            if scenario.examples.isEmpty {
                append(scenario, inherited)
            } else {
                expand(scenario, inherited)
            }
        }
    }

    private mutating func expand(_ outline: GherkinDocument.Scenario, _ inherited: Inheritance) {
        for examples in outline.examples {
            guard let header = examples.header else { continue }
            var inherited = inherited
            inherited.tags += outline.tags + examples.tags
            for row in examples.body {
                append(outline, inherited, row: row, values: ExampleValues(names: header.cells, values: row.cells))
            }
        }
    }

    private mutating func append(_ scenario: GherkinDocument.Scenario, _ inherited: Inheritance) {
        var inherited = inherited
        inherited.tags += scenario.tags
        append(scenario, inherited, row: nil, values: .none)
    }

    private mutating func append(
        _ scenario: GherkinDocument.Scenario,
        _ inherited: Inheritance,
        row: GherkinDocument.TableRow?,
        values: ExampleValues
    ) {
        let steps = scenario.steps.isEmpty ? [] : makeSteps(scenario.steps, inherited.steps, row: row, values: values)
        pickles.append(
            Pickle(
                id: makeID(),
                uri: uri,
                location: row?.location ?? scenario.location,
                name: values.fill(scenario.name),
                language: language,
                steps: steps,
                tags: inherited.tags.map { PickleTag(name: $0.name, astNodeID: $0.id) },
                astNodeIDs: [scenario.id] + (row.map { [$0.id] } ?? [])
            )
        )
    }

    /// The background steps as written and the scenario's own steps with placeholders filled in.
    private mutating func makeSteps(
        _ own: [GherkinDocument.Step],
        _ background: [GherkinDocument.Step],
        row: GherkinDocument.TableRow?,
        values: ExampleValues
    ) -> [PickleStep] {
        var role = PickleStep.Role.unknown
        let shared = background.map { step in
            role = role.following(step.keywordType)
            return makeStep(step, role: role, row: nil, values: .none)
        }
        return shared
            + own.map { step in
                role = role.following(step.keywordType)
                return makeStep(step, role: role, row: row, values: values)
            }
    }

    private mutating func makeStep(
        _ step: GherkinDocument.Step,
        role: PickleStep.Role,
        row: GherkinDocument.TableRow?,
        values: ExampleValues
    ) -> PickleStep {
        PickleStep(
            id: makeID(),
            location: step.location,
            role: role,
            text: values.fill(step.text),
            table: step.pickleTable(values),
            docString: step.pickleDocString(values),
            astNodeIDs: [step.id] + (row.map { [$0.id] } ?? [])
        )
    }

    private mutating func makeID() -> Int {
        defer { nextID += 1 }
        return nextID
    }
}
