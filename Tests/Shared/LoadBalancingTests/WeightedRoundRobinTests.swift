import Discovery
import LoadBalancing
import Testing

@Suite struct WeightedRoundRobinTests {
    private static let weights: [[Int]] = [
        [1], [1, 1, 1], [5, 1, 1], [3, 2], [1, 2, 3, 4], [100, 1], [7, 7, 3, 1, 1],
    ]

    @Test(arguments: weights)
    func givesEachReplicaItsWeightInEveryCycle(_ weights: [Int]) {
        var bench = PolicyBench(
            WeightedRoundRobin(),
            loads: [Int](repeating: 0, count: weights.count),
            weights: weights,
            seed: 1
        )
        for _ in 0..<5 {
            var counts = [Int](repeating: 0, count: weights.count)
            for _ in 0..<weights.reduce(0, +) { counts[bench.pickSlot()] += 1 }
            #expect(counts == weights)
        }
    }

    /// After any number of picks each replica has had its exact share, give or take one turn and a little.
    @Test(arguments: weights)
    func staysCloseToTheExactShare(_ weights: [Int]) {
        var bench = PolicyBench(
            WeightedRoundRobin(),
            loads: [Int](repeating: 0, count: weights.count),
            weights: weights,
            seed: 1
        )
        let total = Double(weights.reduce(0, +))
        var counts = [Int](repeating: 0, count: weights.count)
        var worst = 0.0
        for pick in 1...1000 {
            counts[bench.pickSlot()] += 1
            for (count, weight) in zip(counts, weights) {
                worst = max(worst, abs(Double(count) - Double(pick * weight) / total))
            }
        }
        #expect(worst < 1.1, "\(worst) turns")
    }

    @Test func spreadsTheTurnsOfAHeavyReplica() {
        var bench = PolicyBench(WeightedRoundRobin(), loads: [0, 0, 0], weights: [5, 1, 1], seed: 1)
        #expect((0..<14).map { _ in bench.pickSlot() } == [0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 1, 2, 0, 0])
    }

    @Test func leavesOutTheTriedReplicaForOneCall() {
        var bench = PolicyBench(WeightedRoundRobin(), ids: ["a", "b", "c"])
        #expect(bench.pick() == "a")
        #expect(bench.pick(excluding: ["b"]) == "c")
        #expect(bench.pick() == "b")
        #expect(bench.pick() == "a")
    }

    /// The turns that an ejected replica missed are lost: its return brings no burst.
    @Test func doesNotMakeUpForAnEjection() {
        var bench = PolicyBench(WeightedRoundRobin(), ids: ["a", "b", "c"])
        bench.eject(0)
        for _ in 0..<100 { _ = bench.pick() }
        bench.takeBack(0)
        let picks = (0..<9).map { _ in bench.pick() }
        #expect(picks.count { $0 == "a" } == 3)
        #expect(picks.first != "a" || picks[1] != "a")
    }

    @Test func excludesByNameAfterTheSetHasChanged() {
        var bench = PolicyBench(WeightedRoundRobin(), ids: ["b", "c"])
        _ = bench.pick()
        bench.replace(with: ["a", "b", "c"])
        #expect(bench.pick(excluding: ["a", "b"]) == "c")
        #expect(bench.pick(excluding: ["b", "c"]) == "a")
        #expect(Set((0..<3).map { _ in bench.pick() }) == ["a", "b", "c"])
    }

    @Test func followsAWeightThatChanges() {
        var bench = PolicyBench(WeightedRoundRobin(), ids: ["a", "b"])
        for _ in 0..<10 { _ = bench.pick() }
        bench.replace(withEndpoints: [.named("a", weight: 3), .named("b")])
        let picks = (0..<40).map { _ in bench.pick() }
        #expect(picks.count { $0 == "a" } == 30)
    }
}
