import Conformance
import Resilience
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct MemoryRateLimitStoreTests {
    @Test func keepsThePromisesOfAStore() async throws {
        let time = ManualTime()
        let store = MemoryRateLimitStore { time.now }
        try await RateLimitStoreConformance(store, store, time: time).check()
    }

    @Test(arguments: [UInt64(501), 502, 503])
    func decidesAsTheAlgorithmDoes(_ seed: UInt64) async throws {
        let time = ManualTime()
        let store = MemoryRateLimitStore { time.now }
        try await RateLimitStoreConformance(store, store, time: time).checkAgainstTheAlgorithm(seed: seed, steps: 5000)
    }

    @Test func goesOnCountingUnderPoliciesThatStay() throws {
        let store = MemoryRateLimitStore { .zero }
        let kept = try RateLimitPolicy.testing(limit: 1, window: .seconds(1), burst: 1, name: "kept")
        let gone = try RateLimitPolicy.testing(limit: 1, window: .seconds(1), burst: 1, name: "gone")
        let limits = [kept, gone].map { RateLimitedKey("a", under: $0) }
        #expect(store.decide(limits).map(\.isAdmitted) == [true, true])
        store.keep([kept])
        #expect(limits.map { store.decide([$0])[0].isAdmitted } == [false, true])
    }
}
