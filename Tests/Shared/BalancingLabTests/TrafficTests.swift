import LoadBalancing
import Testing

@testable import BalancingLab

@Suite struct TrafficTests {
    @Test func isTheSameForTheSameSeed() {
        #expect(Traffic(seed: 5).calls == Traffic(seed: 5).calls)
        #expect(Traffic(seed: 5).calls != Traffic(seed: 6).calls)
    }

    /// A Poisson process of 18 000 calls deviates by 134 (one standard deviation).
    @Test(arguments: [11, 12, 13] as [UInt64])
    func arrivesAtItsRate(_ seed: UInt64) {
        let calls = Traffic(seed: seed).calls
        #expect(abs(calls.count - 18_000) < 4 * 134, "seed \(seed): \(calls.count)")
        #expect(zip(calls, calls.dropFirst()).allSatisfy { $0.arrivesAt <= $1.arrivesAt })
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func takesTwentyMillisecondsOnAverage(_ seed: UInt64) {
        let calls = Traffic(seed: seed).calls
        let mean = Double(calls.map(\.work).reduce(0, +)) / Double(calls.count) / 1e6
        #expect(abs(mean - 20) < 0.4, "seed \(seed): \(mean)")
        #expect(calls.allSatisfy { $0.work >= 8_000_000 })
    }
}
