import Resilience
import TestSupport
import Testing

@Suite struct GCRATests {
    @Test func admitsTheBurstAndTellsWhatIsLeft() throws {
        let policy = try RateLimitPolicy.testing(limit: 10, window: .seconds(1), burst: 3)
        var state = GCRA()
        let decisions = (0..<4).map { _ in state.admit(at: .seconds(5), under: policy) }
        #expect(decisions.map(\.isAdmitted) == [true, true, true, false])
        #expect(decisions.map(\.remaining) == [2, 1, 0, 0])
        #expect(decisions.map(\.resetAfter) == [100, 200, 300, 300].map { .milliseconds($0) })
        #expect(decisions.map(\.nextAfter) == [100, 100, 100, 100].map { .milliseconds($0) })
        #expect(decisions.map(\.retryAfter) == [nil, nil, nil, .milliseconds(100)])
        #expect(decisions.map(\.effectiveWindow) == [200, 100, 100, 100].map { .milliseconds($0) })
    }

    @Test func admitsAtTheNanosecondThatItNamed() throws {
        let policy = try RateLimitPolicy.testing(limit: 10, window: .seconds(1), burst: 3)
        var state = GCRA()
        for _ in 0..<3 { _ = state.admit(at: .zero, under: policy) }
        #expect(state.admit(at: .milliseconds(40), under: policy).retryAfter == .milliseconds(60))
        #expect(state.admit(at: .nanoseconds(99_999_999), under: policy).retryAfter == .nanoseconds(1))
        let decision = state.admit(at: .milliseconds(100), under: policy)
        #expect(decision.isAdmitted)
        #expect(decision.remaining == 0)
        #expect(decision.resetAfter == .milliseconds(300))
    }

    @Test func givesTheWholeBurstBackAfterTheReset() throws {
        let policy = try RateLimitPolicy.testing(limit: 10, window: .seconds(1), burst: 3)
        var state = GCRA()
        for _ in 0..<3 { _ = state.admit(at: .zero, under: policy) }
        var early = state
        #expect(early.admit(at: .milliseconds(300) - .nanoseconds(1), under: policy).remaining == 1)
        #expect(state.admit(at: .milliseconds(300), under: policy).remaining == 2)
    }

    /// Between two grants part of the next one has come back already.
    @Test func tellsWhenTheNextCallIsGranted() throws {
        let policy = try RateLimitPolicy.testing(limit: 10, window: .seconds(1), burst: 3)
        var state = GCRA()
        _ = state.admit(at: .zero, under: policy)
        let decision = state.admit(at: .milliseconds(70), under: policy)
        #expect(decision.remaining == 1)
        #expect(decision.resetAfter == .milliseconds(130))
        #expect(decision.nextAfter == .milliseconds(30))
        #expect(decision.effectiveWindow == .milliseconds(100))
    }

    @Test func doesNotCountDeniedCalls() throws {
        let policy = try RateLimitPolicy.testing(limit: 1, window: .seconds(1), burst: 1)
        var state = GCRA()
        #expect(state.admit(at: .zero, under: policy).isAdmitted)
        let before = state
        for step in 0..<1000 {
            #expect(!state.admit(at: .microseconds(step), under: policy).isAdmitted)
        }
        #expect(state == before)
        #expect(state.admit(at: .seconds(1), under: policy).isAdmitted)
    }

    @Test func countsNothingInAPreview() throws {
        let policy = try RateLimitPolicy.testing(limit: 1, window: .seconds(1), burst: 2)
        var state = GCRA()
        let preview = state.preview(at: .zero, under: policy)
        #expect(state == GCRA())
        #expect(state.admit(at: .zero, under: policy) == preview)
        #expect(preview.remaining == 1)
    }

    @Test func grantsNothingMoreWhenTheClockGoesBack() throws {
        let policy = try RateLimitPolicy.testing(limit: 1, window: .seconds(1), burst: 2)
        var state = GCRA()
        for _ in 0..<2 { #expect(state.admit(at: .seconds(100), under: policy).isAdmitted) }
        let decision = state.admit(at: .seconds(90), under: policy)
        #expect(decision.remaining == 0)
        #expect(decision.retryAfter == .seconds(11))
        #expect(decision.nextAfter == .seconds(11))
        #expect(decision.resetAfter == .seconds(12))
    }

    /// The n-th call after the burst is granted in the first nanosecond after n windows / limit, however large n is.
    @Test(arguments: [(7, 1), (3, 1), (997, 60), (1_000_000_000, 3)])
    func doesNotDrift(_ limit: Int, seconds: Int) throws {
        let policy = try RateLimitPolicy.testing(limit: limit, window: .seconds(seconds), burst: 2)
        var state = GCRA()
        var time = Duration.zero
        for _ in 0..<2 { #expect(state.admit(at: time, under: policy).isAdmitted) }
        for number in 1...20_000 {
            time += try #require(state.admit(at: time, under: policy).retryAfter)
            let exact = (number * seconds * 1_000_000_000 + limit - 1) / limit
            guard time == .nanoseconds(exact), state.admit(at: time, under: policy).isAdmitted else {
                Issue.record("call \(number) at \(time), expected \(exact) ns")
                return
            }
        }
    }

    /// Ten seconds at different offered rates: never more than the burst and ten seconds' worth, never less than offered.
    @Test(arguments: [10, 49, 50, 51, 100, 500, 5000])
    func isExactUnderAnyOfferedRate(_ offered: Int) throws {
        let policy = try RateLimitPolicy.testing(limit: 50, window: .seconds(1), burst: 20)
        var state = GCRA()
        var admitted = 0
        for call in 0..<(offered * 10) {
            let time = Duration.nanoseconds(call * 1_000_000_000 / offered)
            admitted += state.admit(at: time, under: policy).isAdmitted ? 1 : 0
        }
        let last = (offered * 10 - 1) * 50 / offered
        #expect(admitted == min(offered * 10, 20 + last), "\(offered) a second")
    }
}
