import LoadBalancing
import Testing

@Suite struct UniformRandomTests {
    @Test(arguments: [2, 3, 7, 100], [61, 62] as [UInt64])
    func drawsEveryReplicaEquallyOften(_ count: Int, seed: UInt64) {
        var bench = PolicyBench(UniformRandom(), loads: [Int](repeating: 0, count: count), seed: seed)
        let probability = ChiSquare.probability(of: bench.counts(), expecting: [Double](repeating: 1, count: count))
        #expect(probability > ChiSquare.significance, "seed \(seed): \(probability)")
    }

    @Test func looksAtNeitherLoadNorWeight() {
        var bench = PolicyBench(UniformRandom(), loads: [1000, 0], weights: [1, 50], seed: 63)
        let probability = ChiSquare.probability(of: bench.counts(), expecting: [1, 1])
        #expect(probability > ChiSquare.significance, "\(probability)")
    }
}
