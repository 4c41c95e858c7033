import Discovery
import LoadBalancing
import Testing

@Suite struct ConsistentHashTests {
    private static let keys = (0..<20_000).map { AffinityKey("account-\($0)") }

    private func owners(_ bench: inout PolicyBench) -> [String] {
        Self.keys.map { bench.pick(for: $0) }
    }

    @Test func hasTheFactorOfTheDesign() {
        #expect(ConsistentHash.loadFactor == 1.25)
        #expect(ConsistentHash.pointsPerWeight == 100)
        #expect(ConsistentHash.maximumWeight == 100)
    }

    @Test func givesAKeyTheSameReplicaInEveryProcess() {
        var one = PolicyBench(ConsistentHash(), ids: ["a", "b", "c"], seed: 1)
        var other = PolicyBench(ConsistentHash(), ids: ["c", "a", "b"], seed: 2)
        #expect(owners(&one) == owners(&other))
        #expect(["7", "account-1", ""].map { AffinityKey($0).hash } == Self.pinnedHashes)
    }

    /// A change of the hash moves every key of every running client.
    private static let pinnedHashes: [UInt64] = [
        8_857_979_822_077_535_623, 11_097_660_757_108_304_090, 17_665_956_581_633_026_203,
    ]

    @Test func movesOnlyTheKeysOfWhoComesOrGoes() {
        var bench = PolicyBench(ConsistentHash(), ids: ["a", "b", "c", "d"])
        let before = owners(&bench)
        bench.replace(with: ["a", "b", "c", "d", "e"])
        let after = owners(&bench)
        let moved = zip(before, after).filter { $0 != $1 }
        #expect(moved.allSatisfy { $0.1 == "e" })
        let share = Double(moved.count) / Double(Self.keys.count)
        #expect((0.14...0.26).contains(share), "a fifth is expected, \(share) moved")
        bench.replace(with: ["a", "b", "c", "d"])
        #expect(owners(&bench) == before)
    }

    @Test func movesTheKeysOfAnEjectedReplicaAndGivesThemBack() {
        var bench = PolicyBench(ConsistentHash(), ids: ["a", "b", "c", "d"])
        let before = owners(&bench)
        bench.eject(1)
        let during = owners(&bench)
        #expect(zip(before, during).allSatisfy { $0 == $1 || $0 == "b" })
        #expect(Set(zip(before, during).filter { $0.0 == "b" }.map(\.1)) == ["a", "c", "d"])
        bench.takeBack(1)
        #expect(owners(&bench) == before)
    }

    /// The first call of a client may come while some replica is ejected.
    @Test func keepsThePointsOfAReplicaThatIsEjectedFromTheBeginning() {
        var healthy = PolicyBench(ConsistentHash(), ids: ["a", "b", "c", "d"])
        var bench = PolicyBench(ConsistentHash(), ids: ["a", "b", "c", "d"])
        bench.eject(1)
        _ = bench.pick(for: Self.keys[0])
        bench.takeBack(1)
        #expect(owners(&bench) == owners(&healthy))
    }

    @Test func triesAnotherReplicaForAKeyThatWasTried() {
        var bench = PolicyBench(ConsistentHash(), ids: ["a", "b", "c"])
        for key in Self.keys.prefix(100) {
            let owner = bench.pick(for: key)
            #expect(bench.pick(excluding: [owner], for: key) != owner)
        }
    }

    /// The texts' hashes are as uniform as a random point: both samples hit the ring's arcs equally often.
    @Test(arguments: [81, 82] as [UInt64])
    func spreadsKeysLikeRandomPoints(_ seed: UInt64) {
        var bench = PolicyBench(ConsistentHash(), ids: (0..<8).map(PolicyBench.name), seed: seed)
        var byKey = [Int](repeating: 0, count: 8)
        for number in 0..<PolicyBench.picks { byKey[bench.pickSlot(for: AffinityKey("account-\(number)"))] += 1 }
        let probability = ChiSquare.probability(of: byKey, and: bench.counts())
        #expect(probability > ChiSquare.significance, "seed \(seed): \(probability)")
    }

    @Test func hashesTextsUniformly() {
        var counts = [Int](repeating: 0, count: 256)
        for number in 0..<PolicyBench.picks { counts[Int(AffinityKey("\(number)").hash >> 56)] += 1 }
        let probability = ChiSquare.probability(of: counts, expecting: [Double](repeating: 1, count: 256))
        #expect(probability > ChiSquare.significance, "\(probability)")
    }

    /// With 100 points each, shares deviate from equal ones by a tenth (one standard deviation).
    @Test func givesEqualReplicasNearlyEqualArcs() {
        var bench = PolicyBench(ConsistentHash(), ids: (0..<50).map(PolicyBench.name), seed: 83)
        let mean = Double(PolicyBench.picks) / 50
        let deviation = bench.counts().map { (Double($0) / mean - 1) * (Double($0) / mean - 1) }.reduce(0, +) / 50
        #expect(deviation.squareRoot() < 0.13, "\(deviation.squareRoot())")
    }

    @Test func givesAHeavyReplicaALargerArc() {
        var bench = PolicyBench(ConsistentHash(), loads: [0, 0, 0], weights: [8, 1, 1], seed: 84)
        let share = Double(bench.counts()[0]) / Double(PolicyBench.picks)
        #expect((0.75...0.85).contains(share), "\(share)")
    }

    // MARK: The bound

    /// All calls have one key: without the bound one replica would get them all.
    @Test(arguments: [2, 3, 10])
    func neverExceedsTheBound(_ count: Int) {
        var bench = PolicyBench(ConsistentHash(), loads: [Int](repeating: 0, count: count), seed: 85)
        var generator = PickGenerator(seed: 87)
        var inFlight: [Int] = []
        for _ in 0..<5000 {
            if inFlight.count > 40 || (Bool.random(using: &generator) && !inFlight.isEmpty) {
                bench.end(inFlight.removeFirst())
            } else {
                let slot = bench.begin(for: AffinityKey("hot"))
                inFlight.append(slot)
                let bound = (1.25 * Double(inFlight.count) / Double(count)).rounded(.up)
                #expect(Double(bench.loads[slot]) <= bound)
            }
        }
    }

    @Test func keepsAKeyAtItsReplicaWhileThereIsRoom() {
        var bench = PolicyBench(ConsistentHash(), ids: ["a", "b", "c"])
        let key = AffinityKey("hot")
        let first = bench.begin(for: key)
        // One call in flight, a second would be ⌈1.25 × 2 ÷ 3⌉ = 1 too many; of three, two may be at one replica.
        let second = bench.begin(for: key)
        #expect(second != first)
        #expect(bench.begin(for: key) == first)
    }

    @Test func givesRoomByWeight() {
        var bench = PolicyBench(ConsistentHash(), loads: [0, 0], weights: [3, 1], seed: 86)
        for _ in 0..<80 { _ = bench.begin(for: AffinityKey("hot")) }
        #expect(bench.loads[0] <= 75 && bench.loads[1] <= 25, "\(bench.loads)")
    }
}
