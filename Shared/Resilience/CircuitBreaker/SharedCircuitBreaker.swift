import Synchronization

/// One circuit breaker for everything that calls the same dependency, from any thread.
public final class SharedCircuitBreaker: Sendable {
    private struct Guarded {
        var breaker: CircuitBreaker
        var generator: SystemRandomNumberGenerator
    }

    /// How long a call may take before it counts as slow, however it ends.
    public static let slowCall = Duration.seconds(2)

    private let start: ContinuousClock.Instant
    private let state: Mutex<Guarded>
    private let onChange: @Sendable (CircuitBreaker.Change) -> Void

    /// Creates a closed breaker.
    ///
    /// - Parameters:
    ///   - policy: When it opens, and for how long.
    ///   - start: Any moment before the first call.
    ///   - onChange: Told of every change of phase, to log and count it; called without a lock.
    public init(
        policy: CircuitBreakerPolicy = CircuitBreakerPolicy(),
        from start: ContinuousClock.Instant,
        onChange: @escaping @Sendable (CircuitBreaker.Change) -> Void = { _ in }
    ) {
        self.start = start
        self.onChange = onChange
        state = Mutex(Guarded(breaker: CircuitBreaker(policy: policy), generator: SystemRandomNumberGenerator()))
    }

    /// What the breaker does with calls.
    public var phase: CircuitBreaker.Phase { state.withLock { $0.breaker.phase } }

    /// Whether a call may be made; see ``CircuitBreaker/admit(at:)``.
    public func admit(at now: ContinuousClock.Instant) -> CircuitBreaker.Admission {
        let time = start.duration(to: now)
        let admission = state.withLock { $0.breaker.admit(at: time) }
        if case .admitted(_, let change?) = admission { onChange(change) }
        return admission
    }

    /// Takes the outcome of an admitted call; a success that took ``slowCall`` or longer counts as slow.
    public func finish(
        _ permit: CircuitBreaker.Permit,
        as outcome: CircuitBreaker.Outcome,
        after duration: Duration,
        at now: ContinuousClock.Instant
    ) {
        let time = start.duration(to: now)
        let outcome = outcome == .success && duration >= Self.slowCall ? .slow : outcome
        let change = state.withLock { guarded in
            guarded.breaker.finish(permit, as: outcome, at: time, using: &guarded.generator)
        }
        if let change { onChange(change) }
    }

    /// What an answer with this status says about the dependency.
    ///
    /// One that tells when to come back is alive and looks after itself; it says nothing.
    /// - Parameters:
    ///   - status: The answer's status.
    ///   - tellsRetryAfter: Whether it has a `Retry-After`.
    ///   - isOverloaded: Whether it has the mark of ``Backpressure``.
    /// - Returns: The outcome of the call.
    public static func outcome(status: Int, tellsRetryAfter: Bool, isOverloaded: Bool) -> CircuitBreaker.Outcome {
        switch status {
        case ..<500: .success
        case _ where Backpressure.isRefusal(status: status, isMarked: isOverloaded): .refused
        case 503 where tellsRetryAfter: .ignored
        default: .failure
        }
    }
}
