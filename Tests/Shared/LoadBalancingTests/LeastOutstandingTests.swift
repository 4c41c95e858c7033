import LoadBalancing
import Testing

@Suite struct LeastOutstandingTests {
    @Test(arguments: [([3, 1, 2], 1), ([0, 1, 1], 0), ([9, 8, 7], 2)])
    func picksTheLeastBusy(_ loads: [Int], expected: Int) {
        var bench = PolicyBench(LeastOutstanding(), loads: loads, seed: 71)
        #expect(bench.counts()[expected] == PolicyBench.picks)
    }

    @Test(arguments: [[0, 0], [2, 2, 2], [1, 5, 1, 1, 9, 1, 1]], [72, 73] as [UInt64])
    func drawsAmongEquallyBusyOnes(_ loads: [Int], seed: UInt64) {
        var bench = PolicyBench(LeastOutstanding(), loads: loads, seed: seed)
        let shares = loads.map { $0 == loads[0] ? 1.0 : 0 }
        let probability = ChiSquare.probability(of: bench.counts(), expecting: shares)
        #expect(probability > ChiSquare.significance, "seed \(seed): \(probability)")
    }

    @Test(arguments: [([3, 1], [4, 1], 0), ([5, 1], [4, 1], 1)])
    func measuresCallsByWeight(_ loads: [Int], weights: [Int], expected: Int) {
        var bench = PolicyBench(LeastOutstanding(), loads: loads, weights: weights, seed: 74)
        #expect(bench.counts()[expected] == PolicyBench.picks)
    }

    @Test func keepsCallsLevel() {
        var bench = PolicyBench(LeastOutstanding(), loads: [7, 0, 0, 3], seed: 75)
        for _ in 0..<30 { _ = bench.begin() }
        #expect(bench.loads == [10, 10, 10, 10])
    }
}
