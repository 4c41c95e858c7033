import Gherkin
import Testing

@Suite struct StepRegistryTests {
    private var steps = StepRegistry<Void>()

    private func failure(of step: String) async -> ScenarioFailure? {
        await ScenarioRunner(steps: steps).failure(of: step, in: ())
    }

    @Test mutating func namesBothDefinitionsOfAnAmbiguousStep() async {
        steps.define("I have {int} mails", file: "A/Mail.swift", line: 7) { _, _ in }
        steps.define("I have {word} mails", file: "B/Mail.swift", line: 9) { _, _ in }
        let failure = await failure(of: "I have 2 mails")
        #expect(
            failure?.description.hasSuffix(
                """
                the step is ambiguous; it fits "I have {int} mails" (A/Mail.swift:7) \
                and "I have {word} mails" (B/Mail.swift:9)
                """
            ) == true
        )
    }

    @Test mutating func namesAMalformedDefinition() async {
        steps.define("I have {float} mails", file: "A/Mail.swift", line: 7) { _, _ in }
        let failure = await failure(of: "anything")
        #expect(
            failure?.description.hasSuffix(
                """
                A/Mail.swift:7: "I have {float} mails" is not a step pattern: there is no parameter type {float}
                """
            ) == true
        )
    }

    @Test(arguments: [
        (
            #"the user "Ann" has 3 mails"#,
            """
            steps.define("the user {string} has {int} mails") { world, arguments in
                _ = try arguments.string(0)
                _ = try arguments.int(1)
                throw PendingStep()
            }
            """
        ),
        (
            "GET /users (v1) doesn't work",
            ##"""
            steps.define(#"GET \/users \(v1\) doesn't work"#) { world, arguments in
                throw PendingStep()
            }
            """##
        ),
        (
            "a table\n      | a |",
            """
            steps.define("a table") { world, arguments in
                _ = try arguments.table
                throw PendingStep()
            }
            """
        ),
    ])
    func offersASnippetForAnUndefinedStep(_ step: String, snippet: String) async {
        let failure = await failure(of: step)
        #expect(failure?.cause as? StepMatchError == .undefined(snippet: snippet))
    }

    @Test mutating func matchesTheStepThatASnippetWasMadeFor() async {
        steps.define(#"GET \/users \(v1\) {string} doesn't {int} work"#) { _, _ in throw PendingStep() }
        let failure = await failure(of: #"GET /users (v1) "a" doesn't 5 work"#)
        #expect(failure?.cause is PendingStep)
    }
}
