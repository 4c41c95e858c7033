import TestSupport
import Testing

@testable import Resilience

@Suite struct LatencyQuantileTests {
    @Test func hasItsDefaults() {
        #expect(LatencyQuantile.defaultPercent == 95)
        #expect(LatencyQuantile.defaultWindow == .seconds(30))
        #expect(LatencyQuantile.defaultMinimumSamples == 100)
        #expect(LatencyQuantile.sliceCount == 6)
    }

    /// One to twenty microseconds are in buckets of their own: nearest rank is exact.
    @Test(arguments: [
        (95, 20, 19), (50, 20, 10), (100, 20, 20), (1, 20, 1), (95, 19, 19), (94, 20, 19), (96, 20, 20), (0, 60, 1),
        (1, 60, 1), (101, 20, 20),
    ])
    func takesTheNearestRank(_ percent: Int, samples: Int, microseconds: Int) {
        var quantile = LatencyQuantile(percent: percent, minimumSamples: 1)
        for latency in (1...samples).reversed() { quantile.record(.microseconds(latency), at: .zero) }
        #expect(quantile.estimate(at: .zero) == .microseconds(microseconds))
    }

    @Test func knowsNothingOfFewerThanAHundred() {
        var quantile = LatencyQuantile()
        #expect(quantile.estimate(at: .zero) == nil)
        for _ in 0..<99 { quantile.record(.microseconds(7), at: .zero) }
        #expect(quantile.estimate(at: .zero) == nil)
        quantile.record(.microseconds(7), at: .zero)
        #expect(quantile.estimate(at: .zero) == .microseconds(7))
        #expect(quantile.count == 100)
    }

    @Test func answersNothingFromNothing() {
        var quantile = LatencyQuantile(minimumSamples: 0)
        #expect(quantile.estimate(at: .zero) == nil)
    }

    @Test(arguments: [(29_999, true), (30_000, false)])
    func forgetsLatenciesAfterTheWindow(_ milliseconds: Int, knows: Bool) {
        var quantile = LatencyQuantile(minimumSamples: 1)
        quantile.record(.microseconds(7), at: .milliseconds(4999))
        #expect((quantile.estimate(at: .milliseconds(milliseconds)) == .microseconds(7)) == knows)
        #expect(quantile.count == (knows ? 1 : 0))
    }

    @Test func takesTimeThatGoesBackForTheLatest() {
        var quantile = LatencyQuantile(minimumSamples: 1)
        quantile.record(.microseconds(7), at: .seconds(100))
        quantile.record(.microseconds(9), at: .seconds(5))
        #expect(quantile.estimate(at: .zero) == .microseconds(9))
        #expect(quantile.count == 2)
    }

    /// 120 000 latencies of all sizes, compared with sorted lists at random moments.
    @Test(arguments: [601, 602, 603] as [UInt64])
    func agreesWithASortedList(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var quantile = LatencyQuantile()
        var model: [(slice: Int, microseconds: Int)] = []
        var time = 0
        var answers = 0
        for step in 0..<40_000 {
            let isPause = Int.random(in: 0..<1000, using: &generator) == 0
            time += Int.random(in: 0...(isPause ? 40_000 : 10), using: &generator)
            let power = Int.random(in: 0...25, using: &generator)
            let microseconds = 1 << power + Int.random(in: 0...(1 << power), using: &generator)
            quantile.record(.microseconds(microseconds), at: .milliseconds(time))
            model.append((time / 5000, microseconds))
            guard Int.random(in: 0..<200, using: &generator) == 0 else { continue }
            model.removeAll { $0.slice <= time / 5000 - 6 }
            let exact = model.map(\.microseconds).sorted()
            let estimate = quantile.estimate(at: .milliseconds(time)).map { Int($0.wholeNanoseconds / 1000) }
            answers += estimate == nil ? 0 : 1
            let expected = exact.count < 100 ? nil : exact[Int((Double(exact.count) * 0.95).rounded(.up)) - 1]
            guard quantile.count == exact.count, Self.isClose(estimate, to: expected) else {
                Issue.record("seed \(seed), step \(step): \(estimate ?? -1) µs, expected \(expected ?? -1)")
                return
            }
        }
        #expect(answers > 100, "seed \(seed): \(answers) answers")
    }

    /// Whether an estimate is the exact quantile, or longer by at most 1/32.
    private static func isClose(_ estimate: Int?, to exact: Int?) -> Bool {
        guard let estimate, let exact else { return estimate == exact }
        return (exact...(exact + exact / 32)).contains(estimate)
    }
}
