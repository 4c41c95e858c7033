import Resilience
import TestSupport
import Testing

@Suite struct CircuitBreakerTests {
    typealias Outcome = CircuitBreaker.Outcome

    /// 20 successful, failed and slow calls are admitted and finished one after the other.
    @Test(arguments: [
        ([Outcome.failure: 19], false), ([.failure: 20], true), ([.slow: 19], false), ([.slow: 20], true),
        ([.success: 11, .failure: 9], false), ([.success: 10, .failure: 10], true),
        ([.success: 11, .slow: 9], false), ([.success: 10, .slow: 10], true),
        ([.success: 10, .slow: 4, .failure: 6], true), ([.success: 11, .slow: 5, .failure: 4], false),
        ([.success: 51, .failure: 50], false), ([.success: 21, .failure: 20], false),
        ([.success: 20, .failure: 20], true),
        ([.ignored: 100, .failure: 19], false), ([.ignored: 100, .success: 10, .failure: 10], true),
        ([.refused: 100, .failure: 19], false), ([.refused: 100, .success: 10, .failure: 10], true),
        ([.refused: 1, .slow: 100], false), ([.refused: 1, .slow: 11, .failure: 10], false),
        ([.refused: 1, .slow: 10, .failure: 10], true),
    ])
    func opensFromTwentyCallsAndHalfOfThemBad(_ outcomes: [Outcome: Int], opens: Bool) {
        var breaker = TestBreaker()
        // Successes first, so that the share of bad calls is highest at the end.
        for outcome in [Outcome.ignored, .refused, .success, .slow, .failure] {
            breaker.call(times: outcomes[outcome, default: 0], as: outcome)
        }
        #expect(breaker.isOpen == opens)
    }

    @Test func opensWithTheCallThatMakesTwentyEvenIfItSucceeds() {
        var breaker = TestBreaker()
        breaker.call(times: 19, as: .failure)
        #expect(breaker.phase == .closed)
        #expect(breaker.call(as: .success) == .opened(for: .seconds(5)))
    }

    @Test(arguments: [(9999, true), (10_000, false)])
    func forgetsCallsAfterTheWindow(_ milliseconds: Int, opens: Bool) {
        var breaker = TestBreaker()
        breaker.call(times: 19, as: .failure)
        breaker.time = .milliseconds(milliseconds)
        breaker.call(as: .failure)
        #expect(breaker.isOpen == opens)
    }

    @Test func forgetsCallsSliceBySlice() {
        var breaker = TestBreaker()
        for second in 0..<19 {
            breaker.time = .seconds(second)
            breaker.call(times: 2, as: .success)
        }
        // Ten seconds hold 20 calls. With each second two bad ones come for two good ones; the fifth makes it half.
        for second in 19..<24 {
            breaker.time = .seconds(second)
            #expect(breaker.phase == .closed, "at second \(second)")
            breaker.call(times: 2, as: .failure)
        }
        #expect(breaker.isOpen)
    }

    @Test func takesTimeThatGoesBackForTheLatest() {
        var breaker = TestBreaker()
        breaker.time = .seconds(100)
        breaker.call(times: 10, as: .failure)
        breaker.time = .seconds(50)
        breaker.call(times: 10, as: .failure)
        #expect(breaker.isOpen)
    }

    @Test func refusesUntilTheOpenTimeIsOver() {
        var breaker = TestBreaker.opened()
        #expect(breaker.admit() == .refused(retryAfter: .seconds(5)))
        breaker.time = .seconds(5) - .nanoseconds(1)
        #expect(breaker.admit() == .refused(retryAfter: .nanoseconds(1)))
        #expect(breaker.phase == .open(until: .seconds(5)))
        breaker.time = .seconds(5)
        #expect(breaker.admit().change == .halfOpened)
        #expect(breaker.phase == .halfOpen)
    }

    @Test func admitsThreeProbesAndNoMore() {
        var breaker = TestBreaker.halfOpened()
        #expect(breaker.admit().permit != nil)
        #expect(breaker.admit().permit != nil)
        #expect(breaker.admit() == .refused(retryAfter: nil))
    }

    @Test func closesWhenAllProbesPassed() throws {
        var breaker = TestBreaker.opened()
        breaker.time = .seconds(5)
        let permits = try (0..<3).map { _ in try #require(breaker.admit().permit) }
        #expect(breaker.finish(permits[2], as: .success) == nil)
        #expect(breaker.finish(permits[0], as: .success) == nil)
        // A passed probe gives no place back.
        #expect(breaker.admit() == .refused(retryAfter: nil))
        #expect(breaker.finish(permits[1], as: .success) == .closed)
        #expect(breaker.phase == .closed)
    }

    @Test(arguments: [Outcome.failure, .slow])
    func opensForTwiceAsLongWhenAProbeDoesNotPass(_ outcome: Outcome) throws {
        var breaker = TestBreaker.opened()
        breaker.time = .seconds(5)
        let permits = try (0..<3).map { _ in try #require(breaker.admit().permit) }
        breaker.finish(permits[0], as: .success)
        breaker.finish(permits[1], as: .success)
        #expect(breaker.finish(permits[2], as: outcome) == .opened(for: .seconds(10)))
        #expect(breaker.phase == .open(until: .seconds(15)))
    }

    /// Nine to ten seconds after the last refusal, what is slow is slow for another reason.
    @Test(arguments: [(8999, false), (10_000, true)])
    func mindsSlowCallsOnceNothingIsRefusedAnyMore(_ milliseconds: Int, opens: Bool) {
        var breaker = TestBreaker()
        breaker.call(as: .refused)
        breaker.time = .milliseconds(milliseconds)
        breaker.call(times: 20, as: .slow)
        #expect(breaker.isOpen == opens)
    }

    @Test func closesWithSlowProbesWhileSomeAreRefused() throws {
        var breaker = TestBreaker.opened()
        breaker.time = .seconds(5)
        breaker.call(as: .refused)
        #expect(breaker.phase == .halfOpen)
        breaker.call(times: 2, as: .slow)
        #expect(breaker.phase == .halfOpen)
        #expect(breaker.call(as: .slow) == .closed)
        // The refusal is remembered over the change of phase.
        breaker.call(times: 100, as: .slow)
        #expect(breaker.phase == .closed)
    }

    @Test(arguments: [Outcome.ignored, .refused])
    func givesThePlaceOfAnIgnoredProbeBack(_ outcome: Outcome) throws {
        var breaker = TestBreaker.opened()
        breaker.time = .seconds(5)
        let permits = try (0..<3).map { _ in try #require(breaker.admit().permit) }
        #expect(breaker.finish(permits[1], as: outcome) == nil)
        let fourth = try #require(breaker.admit().permit)
        #expect(breaker.admit() == .refused(retryAfter: nil))
        breaker.finish(permits[0], as: .success)
        breaker.finish(permits[2], as: .success)
        #expect(breaker.phase == .halfOpen)
        #expect(breaker.finish(fourth, as: .success) == .closed)
    }

    @Test func doesNotCountAProbeTwice() throws {
        var breaker = TestBreaker.opened()
        breaker.time = .seconds(5)
        let permit = try #require(breaker.admit().permit)
        for _ in 0..<5 { #expect(breaker.finish(permit, as: .success) == nil) }
        #expect(breaker.phase == .halfOpen)
        #expect(breaker.finish(permit, as: .failure) == nil)
    }

    /// Calls of the closed phase that end while the breaker is open, half open or closed again.
    @Test(arguments: Outcome.allCases)
    func ignoresLateOutcomesOfEarlierPhases(_ outcome: Outcome) throws {
        var breaker = TestBreaker()
        let late = try (0..<60).map { _ in try #require(breaker.admit().permit) }
        breaker.call(times: 20, as: .failure)
        for permit in late[0..<20] { #expect(breaker.finish(permit, as: outcome) == nil) }
        #expect(breaker.phase == .open(until: .seconds(5)))
        breaker.time = .seconds(5)
        let probes = try (0..<3).map { _ in try #require(breaker.admit().permit) }
        for permit in late[20..<40] { #expect(breaker.finish(permit, as: outcome) == nil) }
        #expect(breaker.phase == .halfOpen)
        for probe in probes { breaker.finish(probe, as: .success) }
        for permit in late[40..<60] { #expect(breaker.finish(permit, as: outcome) == nil) }
        #expect(breaker.phase == .closed)
        // None of them is in the counts either.
        breaker.call(times: 19, as: .failure)
        #expect(breaker.phase == .closed)
        breaker.call(as: .failure)
        #expect(breaker.isOpen)
    }

    @Test func ignoresALateProbeOfAnEarlierHalfOpenPhase() throws {
        var breaker = TestBreaker.opened()
        breaker.time = .seconds(5)
        let first = try #require(breaker.admit().permit)
        let second = try #require(breaker.admit().permit)
        breaker.finish(first, as: .failure)
        breaker.time = .seconds(15)
        #expect(breaker.admit().change == .halfOpened)
        #expect(breaker.finish(second, as: .failure) == nil)
        #expect(breaker.phase == .halfOpen)
    }

    @Test func startsAnewAfterClosing() {
        var breaker = TestBreaker.opened()
        for seconds in [5, 15] {
            breaker.time = .seconds(seconds)
            breaker.call(as: .failure)
        }
        #expect(breaker.phase == .open(until: .seconds(35)))
        breaker.time = .seconds(35)
        breaker.call(times: 3, as: .success)
        #expect(breaker.phase == .closed)
        breaker.call(times: 19, as: .failure)
        #expect(breaker.call(as: .failure) == .opened(for: .seconds(5)))
    }

    @Test func followsItsOwnPolicy() {
        var policy = CircuitBreakerPolicy()
        policy.window = .seconds(1)
        policy.minimumCalls = 4
        policy.failurePercent = 75
        policy.openDuration = .seconds(2)
        policy.maximumOpenDuration = .seconds(3)
        policy.probes = 1
        policy.jitterPercent = 0
        var breaker = TestBreaker(policy: policy)
        breaker.call(as: .success)
        breaker.call(times: 2, as: .failure)
        breaker.time = .milliseconds(999)
        #expect(breaker.call(as: .slow) == .opened(for: .seconds(2)))
        breaker.time += .seconds(2)
        breaker.call(as: .failure)
        #expect(breaker.phase == .open(until: .milliseconds(5999)))
        breaker.time += .seconds(3)
        #expect(breaker.call(as: .success) == .closed)
    }
}
