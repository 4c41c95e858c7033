import Resilience
import TestSupport

/// A breaker with a time of its own and, unless told otherwise, without jitter.
struct TestBreaker {
    var time = Duration.zero
    private var breaker: CircuitBreaker
    private var generator = SeededGenerator(seed: 1)

    init(policy: CircuitBreakerPolicy = .withoutJitter) {
        breaker = CircuitBreaker(policy: policy)
    }

    /// A breaker that has opened at time zero for five seconds.
    static func opened() -> Self {
        var breaker = Self()
        breaker.call(times: 20, as: .failure)
        return breaker
    }

    /// A breaker whose first probe is on its way.
    static func halfOpened() -> Self {
        var breaker = opened()
        breaker.time = .seconds(5)
        _ = breaker.admit()
        return breaker
    }

    var phase: CircuitBreaker.Phase { breaker.phase }

    var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    mutating func admit() -> CircuitBreaker.Admission {
        breaker.admit(at: time)
    }

    @discardableResult
    mutating func finish(_ permit: CircuitBreaker.Permit, as outcome: CircuitBreaker.Outcome) -> CircuitBreaker.Change?
    {
        breaker.finish(permit, as: outcome, at: time, using: &generator)
    }

    /// Makes a call that ends at once; nil when it is refused or changes nothing.
    @discardableResult
    mutating func call(as outcome: CircuitBreaker.Outcome) -> CircuitBreaker.Change? {
        admit().permit.flatMap { finish($0, as: outcome) }
    }

    mutating func call(times: Int, as outcome: CircuitBreaker.Outcome) {
        for _ in 0..<times { call(as: outcome) }
    }
}

extension CircuitBreakerPolicy {
    static var withoutJitter: Self {
        var policy = Self()
        policy.jitterPercent = 0
        return policy
    }
}

extension CircuitBreaker.Admission {
    var permit: CircuitBreaker.Permit? {
        if case .admitted(let permit, _) = self { permit } else { nil }
    }

    var change: CircuitBreaker.Change? {
        if case .admitted(_, let change) = self { change } else { nil }
    }
}
