/// The state of one key under a rate limit: the generic cell rate algorithm in its virtual scheduling form.
///
/// The state is one number, the theoretical arrival time: when the next call would come if all calls so far had come at
/// the sustained rate. A call is admitted when it is not earlier than that by more than the burst allows. Denied calls
/// leave no trace, so a client that hammers is not worse off than one that waits.
///
/// The algorithm is that of ITU-T I.371 for cells in ATM networks. All arithmetic is exact, in whole ticks of ``RateLimitPolicy``.
/// A state belongs to one policy; under another one it has no meaning.
public struct GCRA: Hashable, Sendable {
    /// The theoretical arrival time, in ticks.
    private(set) var arrival = Int128.min

    /// Creates the state of a key that has made no call.
    public init() {}

    /// Creates the state of a key with this theoretical arrival time.
    init(arrival: Int128) {
        self.arrival = arrival
    }

    /// Decides about a call at `time` and counts it if it is admitted.
    ///
    /// - Parameters:
    ///   - time: Time since any fixed moment; fractions of a nanosecond are dropped.
    ///   - policy: The same for all calls.
    /// - Returns: The decision; a denied call is not counted.
    public mutating func admit(at time: Duration, under policy: RateLimitPolicy) -> RateLimitDecision {
        let now = policy.ticks(time)
        let earliest = max(arrival, now) + policy.interval - policy.capacity
        guard earliest <= now else { return decision(at: now, under: policy, denied: earliest - now) }
        arrival = max(arrival, now) + policy.interval
        return decision(at: now, under: policy, denied: nil)
    }

    /// The decision that ``admit(at:under:)`` would return, with nothing counted.
    ///
    /// It serves a call that is under several limits: it is counted under all of them or under none.
    public func preview(at time: Duration, under policy: RateLimitPolicy) -> RateLimitDecision {
        var copy = self
        return copy.admit(at: time, under: policy)
    }

    private func decision(at now: Int128, under policy: RateLimitPolicy, denied wait: Int128?) -> RateLimitDecision {
        let spent = arrival - now
        // More than the burst is spent if the clock went back.
        let remaining = max(0, policy.capacity - spent) / policy.interval
        let next = spent - policy.capacity + (remaining + 1) * policy.interval
        return RateLimitDecision(
            remaining: Int(remaining),
            resetAfter: policy.duration(spent),
            nextAfter: policy.duration(next),
            retryAfter: wait.map(policy.duration),
            effectiveWindow: policy.duration(max(next, remaining * policy.interval))
        )
    }
}
