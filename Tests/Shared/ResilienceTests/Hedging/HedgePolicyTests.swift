import Resilience
import TestSupport
import Testing

@Suite struct HedgePolicyTests {
    /// 100 latencies of 1 to 20 µs, five each: the 95th percentile is 19 µs.
    private static func latencies() -> LatencyQuantile {
        var latencies = LatencyQuantile()
        for number in 0..<100 { latencies.record(.microseconds(number % 20 + 1), at: .zero) }
        return latencies
    }

    private static let spent = RetryBudget(share: 0, reservePerSecond: 0)

    @Test func isOffUnlessAskedFor() {
        #expect(HedgePolicy.defaultMode == .off)
        #expect(HedgePolicy().mode == .off)
        var latencies = Self.latencies()
        var budget = RetryBudget()
        #expect(HedgePolicy().decide(after: .seconds(9), latencies: &latencies, budget: &budget, at: .zero) == .never)
    }

    @Test(arguments: [
        (0, HedgePolicy.Decision.wait(.nanoseconds(19_000))), (5000, .wait(.nanoseconds(14_000))),
        (18_999, .wait(.nanoseconds(1))), (19_000, .hedge), (19_001, .hedge), (1_000_000, .hedge),
    ])
    func hedgesFromThe95thPercentileOn(_ nanoseconds: Int, decision: HedgePolicy.Decision) {
        var latencies = Self.latencies()
        var budget = RetryBudget()
        let policy = HedgePolicy(mode: .afterQuantile)
        let elapsed = Duration.nanoseconds(nanoseconds)
        #expect(policy.decide(after: elapsed, latencies: &latencies, budget: &budget, at: .zero) == decision)
    }

    @Test func doesNotHedgeWithoutAQuantile() {
        var latencies = LatencyQuantile()
        var budget = RetryBudget()
        let policy = HedgePolicy(mode: .afterQuantile)
        #expect(policy.decide(after: .seconds(9), latencies: &latencies, budget: &budget, at: .zero) == .never)
    }

    @Test func doesNotHedgeWithoutBudget() {
        var latencies = Self.latencies()
        var budget = Self.spent
        let policy = HedgePolicy(mode: .afterQuantile)
        #expect(policy.decide(after: .seconds(9), latencies: &latencies, budget: &budget, at: .zero) == .never)
        // Waiting costs nothing, and the budget may have grown by then.
        #expect(
            policy.decide(after: .zero, latencies: &latencies, budget: &budget, at: .zero) == .wait(.microseconds(19))
        )
    }

    /// Hedges and retries come out of one budget: 100 in ten seconds without any traffic.
    @Test func takesHedgesFromTheBudgetOfRetries() {
        var latencies = Self.latencies()
        var budget = RetryBudget()
        let policy = HedgePolicy(mode: .afterQuantile)
        for _ in 0..<40 { #expect(budget.takeRetry(at: .zero) == true) }
        let decisions = (0..<70).map { _ in
            policy.decide(after: .seconds(1), latencies: &latencies, budget: &budget, at: .zero)
        }
        #expect(decisions == Array(repeating: .hedge, count: 60) + Array(repeating: .never, count: 10))
        #expect(budget.takeRetry(at: .zero) == false)
    }

    @Test func takesNothingFromTheBudgetForWaiting() {
        var latencies = Self.latencies()
        var budget = RetryBudget(share: 0, reservePerSecond: 1)
        let policy = HedgePolicy(mode: .afterQuantile)
        for _ in 0..<100 {
            _ = policy.decide(after: .microseconds(1), latencies: &latencies, budget: &budget, at: .zero)
        }
        #expect((0..<11).map { _ in budget.takeRetry(at: .zero) } == Array(repeating: true, count: 10) + [false])
    }

    /// 100 000 calls with latencies that drift: no hedge before the quantile, and no more than the budget allows.
    @Test(arguments: [611, 612] as [UInt64])
    func keepsToTheBudgetUnderAnySlowness(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var latencies = LatencyQuantile()
        var budget = RetryBudget()
        let policy = HedgePolicy(mode: .afterQuantile)
        var hedges = 0
        var hedgesWhileSlow = 0
        for call in 0..<50_000 {
            // A thousand calls a second; all calls are 50 times slower from the 30th to the 35th second.
            let time = Duration.milliseconds(call)
            let isSlow = (30_000..<35_000).contains(call)
            let usual = Int.random(in: 1000...20_000, using: &generator)
            let latency = Duration.microseconds(isSlow ? usual * 50 : usual)
            budget.recordRequest(at: time)
            let decision = policy.decide(after: latency, latencies: &latencies, budget: &budget, at: time)
            if decision == .hedge {
                hedges += 1
                hedgesWhileSlow += isSlow ? 1 : 0
                let quantile = latencies.estimate(at: time) ?? .zero
                if latency < quantile { Issue.record("seed \(seed), call \(call): \(latency) before \(quantile)") }
            }
            latencies.record(latency, at: time)
        }
        // A twentieth of all calls, within a percent; while all are slow a fifth and the reserve, as of retries.
        #expect((1800...4500).contains(hedges), "seed \(seed): \(hedges) hedges")
        #expect(hedgesWhileSlow <= 5000 / 5 + 2000 + 100, "seed \(seed): \(hedgesWhileSlow) hedges")
        #expect(hedgesWhileSlow > 500, "seed \(seed): \(hedgesWhileSlow) hedges")
    }

    @Test func sharesItsBudgetWithRetries() {
        let start = ContinuousClock().now
        let budget = SharedRetryBudget(RetryBudget(share: 0, reservePerSecond: 1), from: start)
        let hedges = SharedHedge(budget: budget, latencies: LatencyQuantile(minimumSamples: 1))
        #expect(hedges.decide(after: .seconds(1), at: start) == .never)
        hedges.record(.milliseconds(10), at: start)
        guard case .wait(let pause) = hedges.decide(after: .zero, at: start) else {
            return #expect(Bool(false), "it does not wait")
        }
        #expect((.milliseconds(10)...(.milliseconds(12))).contains(pause))
        var hedged = 0
        while hedges.decide(after: .seconds(1), at: start) == .hedge { hedged += 1 }
        #expect(hedged > 0 && !budget.takeRetry(at: start))
    }
}
