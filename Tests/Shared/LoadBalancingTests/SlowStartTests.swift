import Discovery
import Testing

@testable import LoadBalancing

@Suite struct SlowStartTests {
    @Test func growsFromATenthOverThirtySeconds() {
        #expect(SlowStart.length == .seconds(30))
        #expect(SlowStart.initialShare == 0.1)
        for (seconds, share) in [(0, 0.1), (3, 0.1), (6, 0.2), (15, 0.5), (30, 1), (300, 1)] {
            #expect(SlowStart.share(after: .seconds(seconds)) == share)
        }
    }

    /// How often each of the replicas is picked, in calls that end at once and all take the same time.
    private func counts(
        of state: PoolState,
        at now: Duration,
        seed: UInt64,
        calls: Int = PolicyBench.picks
    ) -> [Int] {
        var state = state
        var generator = PickGenerator(seed: seed)
        var counts: [String: Int] = [:]
        for _ in 0..<calls {
            guard let pick = state.pick(at: now, using: &generator) else { continue }
            counts[pick.endpoint.id, default: 0] += 1
            _ = state.finish(pick, as: .success, after: .milliseconds(10), at: now)
        }
        return state.replicas.map { counts[$0.endpoint.id] ?? 0 }
    }

    private func pool(_ policy: any PickPolicy, with ids: [String]) -> PoolState {
        var state = PoolState(policy: policy, ejection: EjectionPolicy())
        _ = state.replace(with: Set(ids.map { .named($0) }), at: .zero)
        return state
    }

    /// A pick that falls on the newcomer stands with the probability of its share, and one of the others is drawn else.
    @Test(arguments: [(0, 0.1), (15, 0.5), (27, 0.9), (30, 1.0)], [91, 92] as [UInt64])
    func givesANewcomerItsShare(_ expectation: (Int, Double), seed: UInt64) {
        let (seconds, share) = expectation
        var state = pool(UniformRandom(), with: ["a", "b"])
        _ = state.replace(with: [.named("a"), .named("b"), .named("c")], at: .seconds(100))
        let counts = counts(of: state, at: .seconds(100 + seconds), seed: seed)
        let other = (1 - share / 3) / 2
        let probability = ChiSquare.probability(of: counts, expecting: [other, other, share / 3])
        #expect(probability > ChiSquare.significance, "seed \(seed): \(counts)")
    }

    @Test(arguments: [93, 94] as [UInt64])
    func givesAReturnedReplicaItsShare(_ seed: UInt64) {
        var state = pool(UniformRandom(), with: ["a", "b"])
        var generator = PickGenerator(seed: seed)
        for _ in 0..<5 {
            guard let pick = state.pick(excluding: ["b"], at: .zero, using: &generator) else { continue }
            _ = state.finish(pick, as: .failure, at: .zero)
        }
        guard let probe = state.pick(at: .seconds(30), using: &generator) else { return }
        #expect(state.finish(probe, as: .success, at: .seconds(30)) == [.returned(.named("a"))])
        let counts = counts(of: state, at: .seconds(36), seed: seed)
        let probability = ChiSquare.probability(of: counts, expecting: [0.1, 0.9])
        #expect(probability > ChiSquare.significance, "seed \(seed): \(counts)")
    }

    @Test(
        arguments: [
            PowerOfTwoChoices(), LeastOutstanding(), RoundRobin(), WeightedRoundRobin(), ConsistentHash(),
        ] as [any PickPolicy]
    )
    func holdsUnderEveryPolicy(_ policy: any PickPolicy) {
        var state = pool(policy, with: ["a", "b", "c"])
        let before = counts(of: state, at: .seconds(99), seed: 95, calls: 20_000)
        _ = state.replace(with: Set(["a", "b", "c", "d"].map { .named($0) }), at: .seconds(100))
        let start = counts(of: state, at: .seconds(100), seed: 95, calls: 20_000)
        let later = counts(of: state, at: .seconds(130), seed: 95, calls: 20_000)
        // The ring gives equal replicas arcs that differ; all others give each a quarter, of which a tenth is let through.
        #expect(before.count == 3 && before.allSatisfy { $0 > 4000 }, "\(before)")
        #expect((240...900).contains(start[3]), "\(start)")
        #expect((3400...6600).contains(later[3]), "\(later)")
    }

    /// The first set is new to this process only, and a set of newcomers alone has nobody else.
    @Test(arguments: [false, true])
    func holdsNobodyBackWhenAllAreNew(_ isReplaced: Bool) {
        var state = pool(UniformRandom(), with: ["a", "b", "c"])
        if isReplaced { _ = state.replace(with: Set(["d", "e", "f"].map { .named($0) }), at: .zero) }
        let counts = counts(of: state, at: .zero, seed: 96)
        let probability = ChiSquare.probability(of: counts, expecting: [1, 1, 1])
        #expect(probability > ChiSquare.significance, "\(counts)")
        #expect(counts.reduce(0, +) == PolicyBench.picks)
    }

    /// Of two newcomers one is six seconds older and has twice the share, which is then the full one.
    @Test(arguments: [97, 98] as [UInt64])
    func measuresSharesByTheLargest(_ seed: UInt64) {
        var state = pool(UniformRandom(), with: ["a"])
        _ = state.replace(with: [.named("b")], at: .seconds(100))
        _ = state.replace(with: [.named("b"), .named("c")], at: .seconds(106))
        let counts = counts(of: state, at: .seconds(106), seed: seed)
        let probability = ChiSquare.probability(of: counts, expecting: [0.75, 0.25])
        #expect(probability > ChiSquare.significance, "seed \(seed): \(counts)")
    }

    /// What a heavy newcomer may not have yet goes to all others in turn.
    @Test func sharesOutWhatANewcomerIsRefused() {
        var state = pool(WeightedRoundRobin(), with: ["a", "b"])
        _ = state.replace(with: [.named("a"), .named("b"), .named("c", weight: 10)], at: .seconds(100))
        let counts = counts(of: state, at: .seconds(100), seed: 99, calls: 10_000)
        #expect(abs(counts[0] - counts[1]) <= counts[0] / 20, "\(counts)")
        #expect(counts[2] < 2000, "\(counts)")
    }

    @Test func neverRefusesTheOnlyReplicaThatIsLeft() {
        var pool = PoolScenario(["a", "b"])
        pool.replace(with: ["a", "b", "c"])
        for _ in 0..<1000 { #expect(pool.pick(excluding: ["a", "b"]) == "c") }
    }
}
