import Resilience
import TestSupport
import Testing

@Suite struct GCRAPropertyTests {
    /// 180 000 calls in bursts and pauses, under limits that do and do not divide their windows.
    @Test(arguments: [
        (UInt64(401), 1, 1000, 1), (402, 7, 1000, 3), (403, 60, 60_000, 10), (404, 997, 13, 50), (405, 3, 7, 1),
        (406, 1000, 1, 2),
    ])
    func agreesWithATokenBucket(_ seed: UInt64, limit: Int, milliseconds: Int, burst: Int) throws {
        let policy = try RateLimitPolicy.testing(limit: limit, window: .milliseconds(milliseconds), burst: burst)
        var generator = SeededGenerator(seed: seed)
        var state = GCRA()
        var model = TokenBucketModel(limit: limit, windowNanoseconds: milliseconds * 1_000_000, burst: burst)
        var time = 0
        var denied = 0
        let interval = max(1, milliseconds * 1_000_000 / limit)
        for step in 0..<30_000 {
            switch Int.random(in: 0..<100, using: &generator) {
            case 0: time += Int.random(in: 0...(interval * burst * 2), using: &generator)
            case 1..<40: time += Int.random(in: 0...(interval * 2), using: &generator)
            case 40..<45: time += model.wait
            case 45..<50: time += max(0, model.wait - 1)
            default: break
            }
            let decision = state.admit(at: .nanoseconds(time), under: policy)
            let expected = model.ask(at: time)
            guard decision == expected else {
                Issue.record("seed \(seed), step \(step): \(decision), expected \(expected)")
                return
            }
            denied += decision.isAdmitted ? 0 : 1
        }
        #expect((3000...27_000).contains(denied), "seed \(seed): \(denied) denied")
    }
}

/// The same promise as a bucket that fills: a call needs one token, of which `limit` come in each window.
///
/// The level is in tokens times nanoseconds of a window, so that it is a whole number.
private struct TokenBucketModel {
    private let limit: Int
    private let token: Int
    private let capacity: Int
    private var level: Int
    private var lastTime = 0

    init(limit: Int, windowNanoseconds: Int, burst: Int) {
        self.limit = limit
        token = windowNanoseconds
        capacity = windowNanoseconds * burst
        level = capacity
    }

    /// Nanoseconds until the bucket holds a token, at the time of the last call.
    var wait: Int { level >= token ? 0 : roundedUp(token - level) }

    mutating func ask(at time: Int) -> RateLimitDecision {
        level = min(capacity, level + (time - lastTime) * limit)
        lastTime = time
        let retryAfter: Duration? = level >= token ? nil : .nanoseconds(wait)
        if retryAfter == nil { level -= token }
        let whole = level / token
        let next = roundedUp((whole + 1) * token - level)
        return RateLimitDecision(
            remaining: whole,
            resetAfter: .nanoseconds(roundedUp(capacity - level)),
            nextAfter: .nanoseconds(next),
            retryAfter: retryAfter,
            effectiveWindow: .nanoseconds(max(next, roundedUp(whole * token)))
        )
    }

    private func roundedUp(_ amount: Int) -> Int {
        amount / limit + (amount % limit > 0 ? 1 : 0)
    }
}
