import Discovery
import Testing

@testable import LoadBalancing

@Suite struct PoolStateLatencyTests {
    @Test func measuresFromThePickUnlessToldOtherwise() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.pick() == "a")
        pool.advance(by: .milliseconds(250))
        pool.finish("a", as: .success)
        #expect(pool.snapshot("a")?.latency == .milliseconds(250))
        #expect(pool.snapshot("b")?.latency == nil)
        pool.finish("b", as: .success, after: .milliseconds(40))
        #expect(pool.snapshot("b")?.latency == .milliseconds(40))
    }

    @Test func learnsFromACallGivenUpOnlyWhatItIsTold() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.pick() == "a")
        pool.advance(by: .seconds(5))
        pool.finish("a", as: .ignored)
        #expect(pool.snapshot("a")?.latency == nil)
        pool.finish("a", as: .ignored, after: .seconds(3))
        #expect(pool.snapshot("a")?.latency == .seconds(3))
    }

    @Test func takesAFailureForSlow() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, after: .milliseconds(1))
        #expect(pool.snapshot("a")?.latency == .seconds(2))
    }

    /// Calls of all replicas that succeed set what is typical; ten times that is what a failure counts as.
    @Test func takesAFailureForSlowerThanTheOthersSuccesses() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("b", as: .success, after: .seconds(1))
        pool.finish("a", as: .failure, after: .milliseconds(1))
        #expect(pool.snapshot("a")?.latency == .seconds(10))
    }

    /// Ejection is switched off, and half of the replicas fail after a millisecond where the others take twenty.
    ///
    /// Under a cost of latency alone those that fail would be twenty times as attractive.
    @Test(arguments: [101, 102] as [UInt64])
    func doesNotAttractTrafficByFailingFast(_ seed: UInt64) {
        let never = EjectionPolicy(consecutiveFailures: .max, minimumCalls: .max)
        var state = PoolState(policy: PowerOfTwoChoices(), ejection: never)
        var generator = PickGenerator(seed: seed)
        _ = state.replace(with: Set(["a", "b", "c", "d"].map { .named($0) }), at: .zero)
        var failed = 0
        for call in 0..<20_000 {
            let now = Duration.milliseconds(5 * call)
            guard let pick = state.pick(at: now, using: &generator) else { continue }
            let isFailing = pick.endpoint.id < "c"
            failed += isFailing ? 1 : 0
            _ = state.finish(
                pick,
                as: isFailing ? .failure : .success,
                after: .milliseconds(isFailing ? 1 : 20),
                at: now
            )
        }
        // Of the pairs that are drawn one in six is of failing replicas only; the others go to one that works.
        #expect(failed < 20_000 * 18 / 100, "seed \(seed): \(failed)")
    }

    /// One failure in fifty calls costs a replica traffic, not all of it.
    @Test func toleratesAFewFailures() {
        var state = PoolState(policy: PowerOfTwoChoices(), ejection: EjectionPolicy())
        var generator = PickGenerator(seed: 103)
        _ = state.replace(with: Set(["a", "b", "c"].map { .named($0) }), at: .zero)
        var toA = 0
        for call in 0..<20_000 {
            let now = Duration.milliseconds(5 * call)
            guard let pick = state.pick(at: now, using: &generator) else { continue }
            toA += pick.endpoint.id == "a" ? 1 : 0
            let isFailing = pick.endpoint.id == "a" && toA % 50 == 0
            _ = state.finish(pick, as: isFailing ? .failure : .success, after: .milliseconds(20), at: now)
        }
        #expect((100...6000).contains(toA), "\(toA)")
    }
}
