import Gherkin
import StackSupport
import Testing

/// Which scenarios are played where.
@Suite struct ScenarioStageTests {
    private static let outside = StackTarget.outside(
        OutsideStack(gatewayURL: "http://gateway.example", mailURL: "http://mail.example", accounts: [])
    )

    private static let containers = StackTarget.outside(
        OutsideStack(gatewayURL: "http://gateway.example", mailURL: "http://mail.example", accounts: [], project: "one")
    )

    private static func scenario(_ tags: String) throws -> Scenario {
        let text = "Feature: tags\n\(tags)\nScenario: one\nGiven nobody is logged in\n"
        let pickles = PickleCompiler.compile(try GherkinParser.parse(text, uri: "features/tags.feature"))
        return Scenario(pickle: try #require(pickles.first))
    }

    @Test(
        arguments: [
            ("", Scenario.Stage.sharedStack), ("@smoke", .sharedStack), ("@reads-logs", .sharedStack),
            ("@own-stack", .ownStack), ("@own-stack @stops-containers", .ownStack), ("@faults", .fault),
            ("@own-stack @faults", .fault),
        ]
    )
    func playsEveryScenarioOnNativeStacks(_ tags: String, _ stage: Scenario.Stage) throws {
        let scenario = try Self.scenario(tags)
        #expect(scenario.stage(on: .native) == stage)
        #expect(SkippedScenario(scenario, on: .native) == nil)
    }

    @Test(arguments: ["", "@smoke", "@no-cache"])
    func playsWhatNeedsNothingOnAnOutsideStack(_ tags: String) throws {
        let scenario = try Self.scenario(tags)
        #expect(scenario.stage(on: Self.outside) == .outsideStack)
        #expect(SkippedScenario(scenario, on: Self.outside) == nil)
    }

    @Test(
        arguments: [
            ("@own-stack", "it stops or damages parts of a native stack of its own"),
            ("@own-stack @no-restart", "it stops or damages parts of a native stack of its own"),
            ("@faults @own-stack", "the fault starts a native stack of its own"),
            ("@reads-logs", "it reads the log files of native processes"),
        ]
    )
    func skipsWhatAnOutsideStackLacksAndSaysWhy(_ tags: String, _ reason: String) throws {
        let skipped = try #require(SkippedScenario(try Self.scenario(tags), on: Self.outside))
        #expect(skipped.reason == reason)
    }

    @Test func stopsContainersOnlyWhereItMay() throws {
        let scenario = try Self.scenario("@own-stack @stops-containers")
        #expect(scenario.stage(on: Self.containers) == .outsideStack)
        let reason = "CLOWDER_COMPOSE_PROJECT does not name containers that may be stopped"
        #expect(SkippedScenario(scenario, on: Self.outside)?.reason == reason)
        #expect(SkippedScenario(try Self.scenario("@own-stack"), on: Self.containers) != nil)
    }

    @Test func smokeScenariosAreFewAndPlayedOnEveryStack() throws {
        let smoke = try ScenarioCatalogue.tagged("@smoke")
        #expect((8...15).contains(smoke.count))
        for scenario in smoke {
            #expect(scenario.stage(on: .native) == .sharedStack, "\(scenario)")
            #expect(scenario.stage(on: Self.outside) == .outsideStack, "\(scenario)")
        }
    }

    @Test func theSelectedTagsAreThoseOfAScenario() throws {
        #expect(try !ScenarioCatalogue.selected().isEmpty, "TAGS selects no scenario")
    }
}
