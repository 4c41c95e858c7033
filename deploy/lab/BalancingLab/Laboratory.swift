import Logging

/// Experiments with every policy in every scenario, under identical traffic and in simulated time.
public struct Laboratory: Sendable {
    /// The seed of the table that is checked in.
    public static let defaultSeed: UInt64 = 20_240_607

    private let seed: UInt64
    private let traffic: Traffic

    /// Draws the traffic; the same seed gives the same results.
    public init(seed: UInt64 = Laboratory.defaultSeed) {
        self.seed = seed
        traffic = Traffic(seed: seed)
    }

    /// What callers see of a policy in a scenario.
    public func run(_ policy: LabPolicy, in scenario: Scenario) -> LabResult {
        // The pool's log lines are those of a pool in service; thirty experiments would only repeat them.
        withLogger(Logger(label: "lab", factory: { _ in SwiftLogNoOpLogHandler() })) { _ in
            var simulation = Simulation(policy, in: scenario, with: traffic, seed: seed)
            return simulation.run()
        }
    }

    /// The results of all experiments as a table.
    public func table() -> String {
        var table = LabTable(seed: seed)
        for scenario in Scenario.allCases {
            for policy in LabPolicy.allCases {
                table.add(run(policy, in: scenario), of: policy, in: scenario)
            }
        }
        return table.text
    }
}
