import Testing

@testable import BalancingLab

@Suite struct ScenarioTests {
    private func reaction(_ scenario: Scenario, of replica: Int, second: Double, begun: Int = 0) -> Scenario.Reaction {
        scenario.reaction(of: replica, at: Int64(second * 1e9), begun: begun)
    }

    @Test(arguments: Scenario.allCases)
    func leavesEveryReplicaAloneBeforeTheOnset(_ scenario: Scenario) {
        for replica in 0..<scenario.finalReplicaCount {
            #expect(reaction(scenario, of: replica, second: 9.99) == .work(slowness: 1))
        }
    }

    @Test(arguments: Scenario.allCases)
    func affectsOneReplicaAtMost(_ scenario: Scenario) {
        let affected = (0..<scenario.finalReplicaCount).filter {
            reaction(scenario, of: $0, second: 10) != .work(slowness: 1)
        }
        #expect(affected == (scenario.affectedReplica.map { [$0] } ?? []))
    }

    @Test(arguments: [(10.0, true), (11.9, true), (12.1, false), (16.9, false), (17.0, true), (19.1, false)])
    func flapsForTwoSecondsOfSeven(_ second: Double, fails: Bool) {
        #expect(reaction(.flapping, of: 0, second: second) == (fails ? .fail : .work(slowness: 1)))
    }

    @Test(arguments: [(9.9, 0), (10.0, 0), (16.5, 400), (16.9, 0), (24.5, 400)])
    func stallsForAMomentOnceInEightSeconds(_ second: Double, milliseconds: Int64) {
        let time = Int64((second * 1e9).rounded())
        #expect(Scenario.oneSlowAndStalls.stall(of: 1, at: time) == milliseconds * 1_000_000)
        #expect(Scenario.oneSlowAndStalls.stall(of: 0, at: time) == 0, "the slow one is slow, and that is all")
        #expect(Scenario.oneSlow.stall(of: 1, at: time) == 0)
    }

    @Test(arguments: [(0, 20.0), (50, 10.5), (100, 1), (1000, 1)])
    func warmsUpWithItsCalls(_ begun: Int, slowness: Double) {
        #expect(reaction(.cold, of: 5, second: 30, begun: begun) == .work(slowness: slowness))
    }
}
