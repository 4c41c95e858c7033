/// A switch that stops calls to a dependency which mostly fails, and tries it again carefully.
///
/// Closed, all calls pass and their outcomes are counted. When enough of them failed or were slow, the breaker opens and
/// refuses all calls for a time that doubles with each opening in a row. Then it is half open: a few probes pass, and
/// all of them must succeed for it to close. The scheme is that of M. Nygard, "Release It!" (2007), with the slow calls
/// of Resilience4j.
///
/// A refusal for load is not counted. While there are some in the window, slow calls are good ones: a dependency that
/// refuses what is too much lets the rest wait in a line that it keeps short, and to be called less is what it asks for.
///
/// A value without a clock and without randomness: callers pass both, and act on the ``Change`` that is returned.
public struct CircuitBreaker: Sendable {
    /// What became of a call.
    public enum Outcome: Hashable, Sendable, CaseIterable {
        /// The dependency answered in time; a refusal of a bad request is an answer too.
        case success
        /// The dependency did not answer, or answered that it cannot.
        case failure
        /// The dependency answered, but too late to be of use.
        case slow
        /// The dependency has too much to do and said so at once: it is in order, and looks after itself.
        case refused
        /// The caller gave up, so that the call says nothing about the dependency.
        case ignored
    }

    /// A change of phase, to be logged and counted.
    public enum Change: Hashable, Sendable {
        /// Calls are refused for this time.
        case opened(for: Duration)
        /// The first probe is on its way.
        case halfOpened
        /// All calls pass again, and counting begins anew.
        case closed
    }

    /// The right to make one call; give it to ``CircuitBreaker/finish(_:as:at:using:)`` once, whatever happens.
    public struct Permit: Hashable, Sendable {
        fileprivate let generation: UInt64
        fileprivate let number: UInt64
    }

    /// Whether a call may be made.
    public enum Admission: Hashable, Sendable {
        /// The call may be made; `change` is what that changed, nil for nothing.
        case admitted(Permit, change: Change?)
        /// The call must not be made before `retryAfter`; nil while it depends on the probes on their way.
        case refused(retryAfter: Duration?)
    }

    /// What the breaker does with calls.
    public enum Phase: Hashable, Sendable {
        /// All calls pass.
        case closed
        /// No call passes until this time since the fixed moment.
        case open(until: Duration)
        /// Only probes pass.
        case halfOpen
    }

    /// What the breaker does with calls; an open one turns half open with the first call after its time.
    public private(set) var phase = Phase.closed

    private let policy: CircuitBreakerPolicy
    private var counts: SlidingCounts
    /// How often the breaker has opened since it was last closed.
    private var openings = 0
    /// Probes that are on their way, by the numbers of their permits.
    private var probes: Set<UInt64> = []
    private var passedProbes = 0
    /// Counts the phases: a permit of an earlier one no longer says anything.
    private var generation: UInt64 = 0
    private var lastPermit: UInt64 = 0

    /// Creates a closed breaker.
    public init(policy: CircuitBreakerPolicy = CircuitBreakerPolicy()) {
        self.policy = policy
        counts = SlidingCounts(window: policy.window)
    }

    /// Whether a call may be made at `time`.
    ///
    /// - Parameter time: Time since any fixed moment, not negative.
    /// - Returns: A permit for the call, or how long to stay away.
    public mutating func admit(at time: Duration) -> Admission {
        switch phase {
        case .closed:
            return .admitted(makePermit(), change: nil)
        case .open(let end) where time < end:
            return .refused(retryAfter: end - time)
        case .open:
            enter(.halfOpen)
            return .admitted(makeProbe(), change: .halfOpened)
        case .halfOpen:
            guard probes.count + passedProbes < policy.probes else { return .refused(retryAfter: nil) }
            return .admitted(makeProbe(), change: nil)
        }
    }

    /// Takes the outcome of an admitted call; returns what it changed, nil for nothing.
    ///
    /// The outcome of a call that was admitted in an earlier phase is not counted: it tells about a dependency of some
    /// time ago. A probe that is ignored or refused gives its place to another call.
    ///
    /// - Parameters:
    ///   - permit: What ``admit(at:)`` gave out for the call.
    ///   - outcome: What became of the call.
    ///   - time: Time since the same moment as for ``admit(at:)``.
    ///   - generator: Draws the time for which the breaker opens.
    /// - Returns: What the outcome changed, nil for nothing.
    public mutating func finish(
        _ permit: Permit,
        as outcome: Outcome,
        at time: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Change? {
        guard permit.generation == generation else { return nil }
        switch phase {
        case .open: return nil
        case .closed: return count(outcome, at: time, using: &generator)
        case .halfOpen: return settle(permit, as: outcome, at: time, using: &generator)
        }
    }

    private mutating func count(
        _ outcome: Outcome,
        at time: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Change? {
        switch outcome {
        case .ignored: return nil
        case .refused:
            counts.addRefusal(at: time)
            return nil
        case .success, .failure, .slow: counts.addCall(failures: isBad(outcome, at: time) ? 1 : 0, at: time)
        }
        guard policy.opens(failures: counts.failures, of: counts.calls) else { return nil }
        return open(at: time, using: &generator)
    }

    private func isBad(_ outcome: Outcome, at time: Duration) -> Bool {
        outcome == .failure || outcome == .slow && !counts.hasRefusals(at: time)
    }

    private mutating func settle(
        _ permit: Permit,
        as outcome: Outcome,
        at time: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Change? {
        guard probes.remove(permit.number) != nil else { return nil }
        switch outcome {
        case .ignored: return nil
        case .refused:
            counts.addRefusal(at: time)
            return nil
        case .success, .failure, .slow: break
        }
        guard !isBad(outcome, at: time) else { return open(at: time, using: &generator) }
        passedProbes += 1
        guard passedProbes >= policy.probes else { return nil }
        openings = 0
        counts.forgetCalls()
        enter(.closed)
        return .closed
    }

    private mutating func open(at time: Duration, using generator: inout some RandomNumberGenerator) -> Change {
        let duration = policy.openDuration(ofOpening: openings, using: &generator)
        openings += 1
        enter(.open(until: time + duration))
        return .opened(for: duration)
    }

    private mutating func enter(_ next: Phase) {
        phase = next
        generation += 1
        probes = []
        passedProbes = 0
    }

    private mutating func makePermit() -> Permit {
        lastPermit += 1
        return Permit(generation: generation, number: lastPermit)
    }

    private mutating func makeProbe() -> Permit {
        let permit = makePermit()
        probes.insert(permit.number)
        return permit
    }
}
