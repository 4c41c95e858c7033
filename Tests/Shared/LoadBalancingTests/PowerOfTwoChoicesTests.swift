import Discovery
import LoadBalancing
import TestSupport
import Testing

@Suite struct PowerOfTwoChoicesTests {
    private static let draws = 100_000

    /// How often each of the replicas with these loads is picked, as a share of all picks.
    private func shares(_ loads: [Int], seed: UInt64) -> [Double] {
        var policy = PowerOfTwoChoices()
        var generator = SeededGenerator(seed: seed)
        let candidates = loads.enumerated().map { index, load in
            Candidate(endpoint: .named("replica-\(index)"), outstanding: load)
        }
        var counts = [Int](repeating: 0, count: loads.count)
        for _ in 0..<Self.draws { counts[policy.pick(from: candidates, using: &generator)] += 1 }
        return counts.map { Double($0) / Double(Self.draws) }
    }

    @Test(arguments: [[5, 4], [1, 0], [1000, 1]], [11, 12] as [UInt64])
    func picksTheLessBusyOfTwoAlways(_ loads: [Int], seed: UInt64) {
        #expect(shares(loads, seed: seed) == [0, 1])
        #expect(shares(loads.reversed(), seed: seed) == [1, 0])
    }

    /// Of n replicas the k-th least busy is the better one in n − k of the n(n − 1)/2 pairs, the busiest in none.
    @Test(arguments: [3, 5, 10], [21, 22] as [UInt64])
    func drawsTwoDifferentReplicasUniformly(_ count: Int, seed: UInt64) {
        let shares = shares(Array(0..<count), seed: seed)
        let pairs = Double(count * (count - 1)) / 2
        for (rank, share) in shares.enumerated() {
            let expected = Double(count - 1 - rank) / pairs
            #expect(abs(share - expected) < 0.01, "seed \(seed), rank \(rank): \(share), expected \(expected)")
        }
        #expect(shares.last == 0, "seed \(seed)")
    }

    @Test(arguments: [2, 3, 7], [31, 32] as [UInt64])
    func spreadsEvenlyOverEquallyBusyReplicas(_ count: Int, seed: UInt64) {
        for share in shares([Int](repeating: 3, count: count), seed: seed) {
            #expect(abs(share - 1 / Double(count)) < 0.01, "seed \(seed): \(share)")
        }
    }

    @Test func picksTheOnlyOne() {
        #expect(shares([7], seed: 41) == [1])
    }

    /// The scheme's point: the busiest of n replicas is log log n above the mean, where one choice gives log n.
    @Test(arguments: [51, 52, 53] as [UInt64])
    func keepsTheBusiestReplicaCloseToTheMean(_ seed: UInt64) throws {
        var policy = PowerOfTwoChoices()
        var generator = SeededGenerator(seed: seed)
        var loads = [Int](repeating: 0, count: 100)
        for _ in 0..<10_000 {
            let candidates = loads.enumerated().map { index, load in
                Candidate(endpoint: .named("replica-\(index)"), outstanding: load)
            }
            loads[policy.pick(from: candidates, using: &generator)] += 1
        }
        let busiest = try #require(loads.max())
        #expect(busiest <= 104, "seed \(seed): \(busiest) calls at one replica, 100 on average")
    }
}
