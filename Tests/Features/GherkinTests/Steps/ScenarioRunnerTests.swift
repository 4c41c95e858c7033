import Gherkin
import Testing

@Suite struct ScenarioRunnerTests {
    private struct Flood: Error, CustomStringConvertible {
        let description = "the mailbox is full"
    }

    private let world = RecordingWorld()
    private var steps = StepRegistry<RecordingWorld>()

    private func failure(of source: String) async -> ScenarioFailure? {
        await ScenarioRunner(steps: steps).failure(ofFeature: source, in: world)
    }

    @Test mutating func runsStepsInOrderWithTheirValues() async {
        steps.define("{word} sends {int} mail(s) to {string}") { world, arguments in
            let (sender, count, recipient) = try (arguments.string(0), arguments.int(1), arguments.string(2))
            world.entries.append("\(sender) \(count) \(recipient)")
        }
        steps.define("all is quiet") { world, _ in world.entries.append("quiet") }
        let failure = await failure(
            of: """
                Feature: Mail
                  Background:
                    Given all is quiet
                  Scenario Outline: Sending
                    When <who> sends 2 mails to "Bob Lee"
                    Examples:
                      | who |
                      | Ann |
                      | Eve |
                """
        )
        #expect(failure == nil)
        #expect(world.entries == ["quiet", "Ann 2 Bob Lee", "quiet", "Eve 2 Bob Lee"])
    }

    @Test mutating func passesTableAndDocString() async {
        steps.define("a table") { world, arguments in
            world.entries += try arguments.table.records.compactMap { $0["name"] }
        }
        steps.define("a text") { world, arguments in
            let text = try arguments.docString
            world.entries.append("\(text.mediaType ?? "-"): \(text.content)")
        }
        let failure = await failure(
            of: """
                Feature: F
                  Scenario: S
                    Given a table
                      | id | name |
                      | 1  | Ann  |
                      | 2  | Eve  |
                    And a text
                      ```json
                      {}
                      ```
                """
        )
        #expect(failure == nil)
        #expect(world.entries == ["Ann", "Eve", "json: {}"])
    }

    @Test mutating func stopsAtTheFirstFailureAndSaysWhereAndWhy() async {
        steps.define("mail {int}") { world, arguments in
            let number = try arguments.int(0)
            world.entries.append("\(number)")
            if number == 2 { throw Flood() }
        }
        let failure = await failure(
            of: "Feature: F\n\nScenario: Three mails\n  Given mail 1\n  When mail 2\n  Then mail 3\n"
        )
        #expect(world.entries == ["1", "2"])
        #expect(failure?.cause is Flood)
        #expect(
            failure?.description == """
                features/f.feature:5: step "mail 2" failed in scenario "Three mails" (line 3): the mailbox is full
                """
        )
    }

    @Test(arguments: [
        ("{int}", "1", StepArgumentError.notText(index: 0)),
        ("no value", "no value", .missingValue(index: 0, count: 0)),
    ])
    mutating func failsStepsThatAskForTextThatIsNotThere(
        _ pattern: String,
        text: String,
        error: StepArgumentError
    ) async {
        steps.define(pattern) { _, arguments in _ = try arguments.string(0) }
        let failure = await ScenarioRunner(steps: steps).failure(of: text, in: world)
        #expect(failure?.cause as? StepArgumentError == error)
    }

    @Test mutating func failsStepsThatAskForMissingBlocks() async {
        steps.define("a table") { _, arguments in _ = try arguments.table }
        steps.define("a text") { _, arguments in _ = try arguments.docString }
        steps.define("the number {word}") { _, arguments in _ = try arguments.int(0) }
        let runner = ScenarioRunner(steps: steps)
        let causes = [
            await runner.failure(of: "a table", in: world)?.cause as? StepArgumentError,
            await runner.failure(of: "a text", in: world)?.cause as? StepArgumentError,
            await runner.failure(of: "the number one", in: world)?.cause as? StepArgumentError,
        ]
        #expect(causes == [.missingTable, .missingDocString, .notNumber(index: 0)])
    }
}
