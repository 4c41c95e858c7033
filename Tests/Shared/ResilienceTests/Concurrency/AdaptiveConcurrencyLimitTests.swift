import Testing

@testable import Resilience

@Suite struct AdaptiveConcurrencyLimitTests {
    @Test func startsAtTheInitialLimit() {
        #expect(AdaptiveConcurrencyLimit().limit == 100)
        #expect(AdaptiveConcurrencyLimit().longTermLatency == .zero)
    }

    @Test(arguments: [(5, 10), (10, 10), (1000, 1000), (1001, 1000)])
    func startsWithinItsBounds(_ initial: Int, limit: Int) {
        var policy = AdaptiveConcurrencyPolicy()
        policy.initialLimit = initial
        #expect(AdaptiveConcurrencyLimit(policy: policy).limit == limit)
    }

    @Test func growsByAFifthOfTheQueueWhileLatencyIsSteady() {
        var test = LimitTest()
        #expect(test.window(milliseconds: 20) == .raised(to: 102))
        #expect(abs(test.limit.estimate - 102) < 1e-9)
        // √102 · 0.2 more.
        #expect(test.window(milliseconds: 20) == .raised(to: 104))
        #expect(test.limit.longTermLatency == .milliseconds(20))
    }

    /// At 1.5 times the long-term latency nothing queues yet; at 2.4 times the gradient is 0.625.
    @Test(arguments: [
        (1.0, 102.0), (1.5, 102), (1.6, 102 - 20 * (1 - 1.5 / 1.6)), (2.4, 94.5), (3, 92), (30, 92), (1000, 92),
    ])
    func shrinksInProportionToTheLatency(_ ratio: Double, estimate: Double) {
        var test = LimitTest(steadyWindows: 20)
        #expect(test.limit.estimate == 100)
        let baseline = test.limit.longTermLatency.seconds
        // The window itself moves the long-term latency a little.
        let factor = 2.0 / 3001
        let moved = ratio / (1 + (ratio - 1) * factor)
        test.window(milliseconds: baseline * 1000 * ratio)
        let gradient = min(1, max(0.5, 1.5 / moved))
        #expect(abs(test.limit.estimate - (100 + (100 * gradient + 10 - 100) * 0.2)) < 1e-9)
        #expect(abs(test.limit.estimate - estimate) < 0.2)
    }

    /// Twenty times the long-term latency, and still less than anybody minds.
    @Test(arguments: [(20.0, 102.0), (50, 102), (100, 92), (1000, 92)])
    func mindsNoQueueThatIsNegligible(_ milliseconds: Double, estimate: Double) {
        var policy = AdaptiveConcurrencyPolicy()
        policy.negligibleLatency = .milliseconds(50)
        var test = LimitTest(policy: policy)
        for _ in 0..<20 { test.window(milliseconds: 1, inFlight: 1) }
        test.window(milliseconds: milliseconds)
        #expect(abs(test.limit.estimate - estimate) < 1e-9)
    }

    @Test(arguments: [(49, false), (50, true), (100, true)])
    func movesOnlyWhenHalfOfItIsInFlight(_ inFlight: Int, moves: Bool) {
        var test = LimitTest()
        let change = test.window(milliseconds: 20, inFlight: inFlight)
        #expect((change != nil) == moves)
        #expect((test.limit.estimate != 100) == moves)
        // The latency is learnt in any case.
        #expect(test.limit.longTermLatency == .milliseconds(20))
    }

    @Test func takesTheHighestNumberInFlightOfTheWindow() {
        var limit = AdaptiveConcurrencyLimit()
        for call in 0...10 {
            _ = limit.record(
                .answered(after: .milliseconds(20)),
                inFlight: call == 3 ? 50 : 1,
                at: .milliseconds(call * 10)
            )
        }
        #expect(limit.limit == 102)
    }

    @Test(arguments: [(10, 100, true), (9, 100, false), (10, 99, false), (200, 99, false), (3, 9999, false)])
    func waitsForTenCallsAndATenthOfASecond(_ calls: Int, milliseconds: Int, moves: Bool) {
        var limit = AdaptiveConcurrencyLimit()
        for _ in 1..<calls {
            #expect(limit.record(.answered(after: .milliseconds(5)), inFlight: 100, at: .seconds(7)) == nil)
        }
        let end = Duration.seconds(7) + .milliseconds(milliseconds)
        let change = limit.record(.answered(after: .milliseconds(5)), inFlight: 100, at: end)
        #expect((change != nil) == moves)
    }

    @Test(arguments: [1, 5, 10])
    func shrinksByATenthWithAnyDrop(_ drops: Int) {
        var test = LimitTest()
        #expect(test.window(milliseconds: 20, drops: drops) == .lowered(to: 90))
        #expect(abs(test.limit.estimate - 90) < 1e-9)
    }

    @Test func shrinksByDropsEvenWhenLittleIsInFlight() {
        var test = LimitTest()
        #expect(test.window(milliseconds: 20, inFlight: 1, drops: 1) == .lowered(to: 90))
    }

    @Test func learnsNoLatencyFromDrops() {
        var test = LimitTest()
        test.window(milliseconds: 20, drops: 10)
        #expect(test.limit.longTermLatency == .zero)
    }

    @Test func learnsTheLatencyOfASingleAnswerAmongDrops() {
        var test = LimitTest()
        test.window(milliseconds: 20, drops: 9)
        #expect(test.limit.longTermLatency == .milliseconds(20))
    }

    @Test func staysWithinItsBounds() {
        var test = LimitTest()
        for _ in 0..<100 { test.window(milliseconds: 20, drops: 1) }
        #expect(test.limit.limit == 10)
        #expect(test.window(milliseconds: 20, drops: 1) == nil)
        for _ in 0..<1000 { test.window(milliseconds: 20, inFlight: 1000) }
        #expect(test.limit.limit == 1000)
        #expect(test.window(milliseconds: 20, inFlight: 1000) == nil)
    }

    /// A long-term latency of more than twice the present one is taken down by a twentieth in each window.
    @Test(arguments: [(9.0, true), (11.0, false)])
    func forgetsTheLatencyOfAnOverloadSoon(_ milliseconds: Double, decays: Bool) {
        var test = LimitTest(steadyWindows: 20)
        test.window(milliseconds: milliseconds)
        let smoothed = 20 + (milliseconds - 20) * 2 / 3001
        let expected = decays ? smoothed * 0.95 : smoothed
        #expect(abs(test.limit.longTermLatency.seconds * 1000 - expected) < 1e-6)
    }

    @Test func keepsALongTermLatencyOfTwiceThePresentOne() {
        var test = LimitTest()
        test.window(milliseconds: 3000)
        test.window(milliseconds: 1000)
        #expect(test.limit.longTermLatency == .seconds(2))
    }

    @Test func takesNoTimeAtAllForAGoodLatency() {
        var test = LimitTest()
        #expect(test.window(milliseconds: 0) == .raised(to: 102))
        #expect(test.window(milliseconds: -5) == .raised(to: 104))
        #expect(test.limit.longTermLatency == .zero)
    }
}

/// A limit that gets whole windows of ten calls.
private struct LimitTest {
    private(set) var limit: AdaptiveConcurrencyLimit
    private var time = Duration.zero

    /// Begins with windows of 20 ms and little in flight, which teach the latency and move nothing.
    init(policy: AdaptiveConcurrencyPolicy = AdaptiveConcurrencyPolicy(), steadyWindows: Int = 0) {
        limit = AdaptiveConcurrencyLimit(policy: policy)
        for _ in 0..<steadyWindows { window(milliseconds: 20, inFlight: 1) }
    }

    @discardableResult
    mutating func window(
        milliseconds: Double,
        inFlight: Int = 200,
        drops: Int = 0
    ) -> AdaptiveConcurrencyLimit.Change? {
        var change: AdaptiveConcurrencyLimit.Change?
        for call in 0..<10 {
            let outcome: AdaptiveConcurrencyLimit.Outcome =
                call < drops ? .dropped : .answered(after: .seconds(milliseconds / 1000))
            change = limit.record(outcome, inFlight: inFlight, at: time + .milliseconds(call == 9 ? 100 : 0))
        }
        time += .milliseconds(101)
        return change
    }
}
