import StackSupport

/// A scenario that the stack cannot play, and why.
struct SkippedScenario: Sendable {
    let scenario: Scenario
    let reason: String

    /// Nil for a scenario that is played.
    init?(_ scenario: Scenario, on target: StackTarget) {
        guard case .skipped(let reason) = scenario.stage(on: target) else { return nil }
        self.scenario = scenario
        self.reason = reason
    }

    /// How many scenarios are skipped, and which, by their reasons.
    static func report(_ skipped: [SkippedScenario], played: Int) -> String {
        let reasons = Dictionary(grouping: skipped, by: \.reason).sorted { $0.key < $1.key }
        let lines = reasons.flatMap { reason, scenarios in
            ["\(scenarios.count), because \(reason):"] + scenarios.map { "  \($0.scenario.pickle)" }
        }
        return (["of \(played + skipped.count) scenarios \(skipped.count) are skipped on this stack"] + lines).joined(
            separator: "\n"
        )
    }
}
