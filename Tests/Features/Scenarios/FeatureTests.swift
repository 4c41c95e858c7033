import Gherkin
import LocalStack
import StackSupport
import Testing

/// The scenarios that leave the stack as they found it, one after the other on one stack.
@Suite(.serialized, .sharedStack, .enabled(if: try !ScenarioCatalogue.selected(.sharedStack).isEmpty))
struct FeatureTests {
    @Test(.timeLimit(.minutes(2)), arguments: try ScenarioCatalogue.selected(.sharedStack))
    func scenario(_ scenario: Scenario) async throws {
        try await ScenarioCase.run(scenario, on: ScenarioStack(SharedStack.current))
    }
}

/// The scenarios on a stack that somebody else has started, where others may be at work, too.
@Suite(.serialized, .enabled(if: try !ScenarioCatalogue.selected(.outsideStack).isEmpty))
struct OutsideFeatureTests {
    @Test(.timeLimit(.minutes(2)), arguments: try ScenarioCatalogue.selected(.outsideStack))
    func scenario(_ scenario: Scenario) async throws {
        try await ScenarioCase.run(scenario, on: ScenarioStack(try OutsideStack.current))
    }
}

/// The scenarios that the stack cannot play.
@Suite struct SkippedFeatureTests {
    /// Every selected scenario is played somewhere, or counted and listed here with the reason.
    @Test func everySelectedScenarioIsPlayedOrSaysWhyNot() throws {
        let stages: [Scenario.Stage] = [.sharedStack, .ownStack, .fault, .outsideStack]
        let played = try stages.map { try ScenarioCatalogue.selected($0).count }.reduce(0, +)
        let skipped = try ScenarioCatalogue.skipped()
        #expect(try played + skipped.count == ScenarioCatalogue.selected().count)
        guard skipped.isEmpty else {
            try Test.cancel(Comment(rawValue: SkippedScenario.report(skipped, played: played)))
        }
    }
}

/// The scenarios that kill or damage parts of the stack, each on a stack of its own.
@Suite(.serialized)
struct OwnStackFeatureTests {
    @Test(.timeLimit(.minutes(3)), arguments: try ScenarioCatalogue.selected(.ownStack))
    func scenario(_ scenario: Scenario) async throws {
        let events = StackEvents()
        let adjust: @Sendable (inout StackConfiguration) -> Void = { configuration in
            configuration.retryMailsQuickly()
            if scenario.asksEveryTime { configuration.keepNoAnswers() }
            if scenario.keepsDeadProcesses { configuration.restarts = .never }
        }
        let report: @Sendable (StackEvent) -> Void = { events.record($0) }
        try await TestStack.with(adjust: adjust, report: report) { stack in
            try await ScenarioCase.run(scenario, on: ScenarioStack(stack), events: events)
        }
    }
}

/// The scenarios about faults under load, on the executables that people run; `make features` says where they are.
@Suite(
    .serialized,
    .enabled(
        if: try TestStack.hasReleaseExecutables || ScenarioCatalogue.selected(.fault).isEmpty,
        "make features builds the executables for them"
    )
)
struct FaultFeatureTests {
    @Test(.timeLimit(.minutes(5)), arguments: try ScenarioCatalogue.selected(.fault))
    func scenario(_ scenario: Scenario) async throws {
        let world = FaultWorld(executables: TestStack.executables)
        do {
            try await ScenarioRunner(steps: FaultSteps.all).run(scenario.pickle, in: world)
        } catch {
            Issue.record("\(error)\n\(world.facts)")
        }
    }
}

/// The corpus as a whole.
@Suite struct ScenarioCatalogueTests {
    @Test func everyScenarioHasSteps() throws {
        let scenarios = try ScenarioCatalogue.all()
        #expect(scenarios.count >= 40)
        for scenario in scenarios { #expect(!scenario.pickle.steps.isEmpty, "\(scenario.pickle)") }
    }

    @Test func noTwoScenariosOfAFileShareTheirName() throws {
        let titles = try ScenarioCatalogue.all().map { "\($0.pickle.uri) \($0.pickle.location) \($0.pickle.name)" }
        #expect(Set(titles).count == titles.count)
    }
}

extension StackConfiguration {
    /// Lets a mail die after three attempts within a second, so that nobody waits hours for a dead letter.
    fileprivate mutating func retryMailsQuickly() {
        extraArguments["mail-worker"] = ["--queue-attempts", "3", "--queue-retry-unit", "10ms", "--queue-lease", "2s"]
    }
}

/// Runs one scenario and reports its failure with everything that explains it.
private enum ScenarioCase {
    static func run(_ scenario: Scenario, on stack: ScenarioStack, events: StackEvents = StackEvents()) async throws {
        let world = ScenarioWorld(stack: stack, events: events)
        do {
            try await ScenarioRunner(steps: Steps.all).run(scenario.pickle, in: world)
        } catch {
            let report = FailureReport(
                failure: error,
                exchange: world.exchanges.last,
                story: world.story,
                logLines: stack.local.map { StoryLog.lines(of: world.story, in: $0.layout.logs) }
            )
            Issue.record(Comment(rawValue: report.description))
        }
        if scenario.damagesStack { try await stack.damage.mend() }
    }
}
