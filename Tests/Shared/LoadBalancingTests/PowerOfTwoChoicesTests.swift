import LoadBalancing
import Testing

@Suite struct PowerOfTwoChoicesTests {
    @Test(arguments: [[5, 4], [1, 0], [1000, 1]], [11, 12] as [UInt64])
    func picksTheLessBusyOfTwoAlways(_ loads: [Int], seed: UInt64) {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: loads, seed: seed)
        #expect(bench.counts() == [0, PolicyBench.picks])
        var reversed = PolicyBench(PowerOfTwoChoices(), loads: loads.reversed(), seed: seed)
        #expect(reversed.counts() == [PolicyBench.picks, 0])
    }

    /// Of n replicas the k-th least busy is the better one in n − k of the n(n − 1)/2 pairs, the busiest in none.
    @Test(arguments: [3, 5, 10], [21, 22] as [UInt64])
    func drawsTwoDifferentReplicasUniformly(_ count: Int, seed: UInt64) {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: Array(0..<count), seed: seed)
        let shares = (0..<count).map { Double(count - 1 - $0) }
        let probability = ChiSquare.probability(of: bench.counts(), expecting: shares)
        #expect(probability > ChiSquare.significance, "seed \(seed): \(probability)")
    }

    @Test(arguments: [2, 3, 7], [31, 32] as [UInt64])
    func spreadsEvenlyOverEqualReplicas(_ count: Int, seed: UInt64) {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: [Int](repeating: 3, count: count), seed: seed)
        let probability = ChiSquare.probability(of: bench.counts(), expecting: [Double](repeating: 1, count: count))
        #expect(probability > ChiSquare.significance, "seed \(seed): \(probability)")
    }

    @Test func picksTheOnlyOne() {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: [7], seed: 41)
        #expect(bench.counts() == [PolicyBench.picks])
    }

    // MARK: The cost

    @Test(
        arguments: [
            // Calls in flight and milliseconds of either; the cheaper one.
            ([0, 0], [10, 11], 0), ([1, 0], [10, 21], 0), ([1, 0], [10, 19], 1), ([9, 0], [10, 99], 1),
            ([9, 0], [10, 101], 0), ([3, 5], [30, 10], 1),
        ]
    )
    func multipliesCallsInFlightByLatency(_ loads: [Int], milliseconds: [Int], cheaper: Int) {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: loads, seed: 42)
        for (slot, latency) in milliseconds.enumerated() { bench.setLatency(.milliseconds(latency), of: slot) }
        #expect(bench.counts()[cheaper] == PolicyBench.picks)
    }

    @Test(arguments: [([2, 0], [4, 1], 0), ([4, 0], [4, 1], 1)])
    func dividesByWeight(_ loads: [Int], weights: [Int], cheaper: Int) {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: loads, weights: weights, seed: 43)
        #expect(bench.counts()[cheaper] == PolicyBench.picks)
    }

    /// Mean of 10 and 30 is 20 ms: dearer than the one, cheaper than the other.
    @Test func takesAReplicaWithoutASampleForAverage() {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: [0, 0, 0], seed: 44)
        bench.setLatency(.milliseconds(10), of: 0)
        bench.setLatency(.milliseconds(30), of: 1)
        let probability = ChiSquare.probability(of: bench.counts(), expecting: [2, 0, 1])
        #expect(probability > ChiSquare.significance, "\(probability)")
    }

    @Test func triesAReplicaAgainThatWasSlowLongAgo() {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: [0, 0], seed: 45)
        bench.setLatency(.milliseconds(100), of: 0)
        bench.advance(by: .seconds(23))
        bench.setLatency(.milliseconds(10), of: 1)
        #expect(bench.counts()[1] == PolicyBench.picks)
        bench.advance(by: .milliseconds(100))
        bench.setLatency(.milliseconds(10), of: 1)
        #expect(bench.counts()[0] == PolicyBench.picks)
    }

    /// After ten minutes nothing is left of what was slow or fast.
    @Test func goesByCallsInFlightOnceLatenciesAreForgotten() {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: [1, 0], seed: 46)
        bench.setLatency(.milliseconds(1), of: 0)
        bench.setLatency(.seconds(1), of: 1)
        bench.advance(by: .seconds(600))
        #expect(bench.counts() == [0, PolicyBench.picks])
    }

    /// The scheme's point: the busiest of n replicas is log log n above the mean, where one choice gives log n.
    @Test(arguments: [51, 52, 53] as [UInt64])
    func keepsTheBusiestReplicaCloseToTheMean(_ seed: UInt64) throws {
        var bench = PolicyBench(PowerOfTwoChoices(), loads: [Int](repeating: 0, count: 100), seed: seed)
        for _ in 0..<10_000 { _ = bench.begin() }
        let busiest = try #require(bench.loads.max())
        #expect(busiest <= 104, "seed \(seed): \(busiest) calls at one replica, 100 on average")
    }
}
