import Testing

@testable import BalancingLab

/// The gates: what the policies promise, each with a margin over what was measured with several seeds.
@Suite(.timeLimit(.minutes(2))) struct LaboratoryTests {
    private static let laboratory = Laboratory()
    private static let results: [Scenario: [LabPolicy: LabResult]] = {
        var results: [Scenario: [LabPolicy: LabResult]] = [:]
        for scenario in Scenario.allCases {
            for policy in LabPolicy.allCases {
                results[scenario, default: [:]][policy] = laboratory.run(policy, in: scenario)
            }
        }
        return results
    }()

    private func result(_ policy: LabPolicy, in scenario: Scenario) throws -> LabResult {
        try #require(Self.results[scenario]?[policy])
    }

    // MARK: Equal replicas

    @Test(arguments: LabPolicy.allCases)
    func spreadsCallsOverEqualReplicas(_ policy: LabPolicy) throws {
        let result = try result(policy, in: .equal)
        #expect(result.imbalance < 1.2)
        #expect(result.failedShare == 0)
        #expect(result.timeToEject == nil)
    }

    @Test(arguments: [LabPolicy.powerOfTwo, .leastOutstanding, .consistentHash])
    func waitsLessThanAtRandomWhenItKnowsTheLoad(_ policy: LabPolicy) throws {
        #expect(try result(policy, in: .equal).p99 < result(.uniformRandom, in: .equal).p99)
        #expect(try result(policy, in: .equal).p50 < result(.uniformRandom, in: .equal).p50)
    }

    // MARK: One slow

    @Test func hidesASlowReplica() throws {
        let result = try result(.powerOfTwo, in: .oneSlow)
        #expect(try result.p99 * 5 <= self.result(.roundRobin, in: .oneSlow).p99)
        #expect(try result.p99 * 2 <= self.result(.leastOutstanding, in: .oneSlow).p99)
        #expect(try result.p99 * 2 <= self.result(.powerOfTwo, in: .equal).p99 * 3)
        #expect(result.failedShare == 0)
        let share = try #require(result.affectedShare)
        #expect(share < 0.1)
        #expect(share > 0, "a slow replica is tried again")
    }

    /// A pause of a good replica must not make the slow one look as good for long.
    @Test func leavesASlowReplicaAloneThoughOthersStall() throws {
        let share = try #require(try result(.powerOfTwo, in: .oneSlowAndStalls).affectedShare)
        #expect(share < 0.12)
        #expect(try share * 3 < #require(try result(.consistentHash, in: .oneSlowAndStalls).affectedShare) * 2)
    }

    /// Without regard to latency or load only ejection helps, after calls have run into their deadline.
    @Test(arguments: [LabPolicy.roundRobin, .weightedRoundRobin, .uniformRandom])
    func ejectsAReplicaThatIsTooSlowForItsShare(_ policy: LabPolicy) throws {
        let time = try #require(try result(policy, in: .oneSlow).timeToEject)
        #expect(time < .seconds(5))
    }

    // MARK: Failures

    @Test(arguments: LabPolicy.allCases)
    func givesAFastFailingReplicaLessThanItsShare(_ policy: LabPolicy) throws {
        let result = try result(policy, in: .failingFast)
        #expect(try #require(result.affectedShare) < 0.05)
        #expect(result.failedShare < 0.002)
        #expect(try #require(result.timeToEject) < .milliseconds(500))
    }

    @Test(arguments: LabPolicy.allCases)
    func keepsAFlappingReplicaAway(_ policy: LabPolicy) throws {
        let result = try result(policy, in: .flapping)
        #expect(try #require(result.affectedShare) < 0.2)
        #expect(result.failedShare < 0.002)
        #expect(try #require(result.timeToEject) < .milliseconds(500))
    }

    /// Four replicas do the work of five; nobody waits much longer for that.
    @Test(arguments: LabPolicy.allCases, [Scenario.failingFast, .flapping])
    func costsLittleLatencyToLoseAReplica(_ policy: LabPolicy, _ scenario: Scenario) throws {
        let before = try result(policy, in: .equal)
        let after = try result(policy, in: scenario)
        #expect(after.p99 * 4 <= before.p99 * 5)
    }

    // MARK: A cold newcomer

    @Test func hidesAColdNewcomer() throws {
        let result = try result(.powerOfTwo, in: .cold)
        #expect(result.p99 * 10 <= (try self.result(.powerOfTwo, in: .equal).p99) * 11)
        #expect(try result.p999 * 2 < self.result(.roundRobin, in: .cold).p999)
        #expect(result.failedShare == 0)
    }

    /// Half of thirty seconds' traffic is missing from eighty: slow start leaves about five sixths.
    @Test(arguments: [LabPolicy.leastOutstanding, .roundRobin, .uniformRandom, .consistentHash])
    func startsANewcomerSlowly(_ policy: LabPolicy) throws {
        let share = try #require(try result(policy, in: .cold).affectedShare)
        #expect((0.65...0.95).contains(share))
    }

    // MARK: The table

    @Test func printsTheSameTableForTheSameSeed() throws {
        var table = LabTable(seed: Laboratory.defaultSeed)
        for scenario in Scenario.allCases {
            for policy in LabPolicy.allCases { table.add(try result(policy, in: scenario), of: policy, in: scenario) }
        }
        #expect(table.text == Laboratory(seed: Laboratory.defaultSeed).table())
        #expect(table.text.split(separator: "\n").count == 3 + Scenario.allCases.count * LabPolicy.allCases.count)
    }

    @Test func measuresOtherTrafficForAnotherSeed() throws {
        let other = Laboratory(seed: 7).run(.powerOfTwo, in: .equal)
        #expect(try other != result(.powerOfTwo, in: .equal))
    }
}
