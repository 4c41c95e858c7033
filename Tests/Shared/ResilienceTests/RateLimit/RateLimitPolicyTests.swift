import Resilience
import TestSupport
import Testing

@Suite struct RateLimitPolicyTests {
    @Test func hasItsBounds() {
        #expect(RateLimitPolicy.maximumCalls == 1_000_000_000)
        #expect(RateLimitPolicy.maximumWindow == .seconds(366 * 24 * 3600))
        #expect(RateLimitPolicy.minimumWindow == .milliseconds(1))
    }

    @Test(arguments: [
        (1, Duration.milliseconds(1), 1), (1_000_000_000, .milliseconds(1), 1),
        (1_000_000_000, .seconds(1), 1_000_000_000),
        (1, .seconds(366 * 86_400), 1), (100, .seconds(86_400), 36_600),
    ])
    func acceptsWhatItCanCount(_ limit: Int, window: Duration, burst: Int) throws {
        let policy = try #require(RateLimitPolicy(name: "address", limit: limit, window: window, burst: burst))
        #expect(policy.name == "address")
        #expect(policy.limit == limit)
        #expect(policy.window == window)
        #expect(policy.burst == burst)
    }

    @Test(arguments: [
        (0, Duration.seconds(1), 1), (-1, .seconds(1), 1), (1_000_000_001, .seconds(1), 1),
        (1, .seconds(1), 0), (1, .seconds(1), -1), (1_000_000_000, .seconds(1), 1_000_000_001),
        (1, .milliseconds(1) - .nanoseconds(1), 1), (1, .zero, 1), (1, .seconds(-1), 1),
        (1, .seconds(366 * 86_400) + .nanoseconds(1), 1),
        // The burst would take more than a year to come back.
        (100, .seconds(86_400), 36_601),
    ])
    func refusesWhatItCannotCount(_ limit: Int, window: Duration, burst: Int) {
        #expect(RateLimitPolicy(name: "address", limit: limit, window: window, burst: burst) == nil)
    }

    @Test(arguments: [("a", true), (" ~", true), ("", false), ("\u{1F}", false), ("\u{7F}", false), ("é", false)])
    func takesNamesThatAHeaderCanHold(_ name: String, isAccepted: Bool) {
        #expect((RateLimitPolicy(name: name, limit: 1, window: .seconds(1), burst: 1) != nil) == isAccepted)
    }
}
