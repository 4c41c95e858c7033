import Synchronization

/// Counts calls in this process, for a bounded number of keys under each policy; see ``RateLimitTable``.
public final class MemoryRateLimitStore: RateLimitStore {
    private let limits = Mutex<[RateLimitPolicy: SharedRateLimit]>([:])
    private let now: @Sendable () -> Duration

    /// Creates a store that has counted nothing.
    ///
    /// - Parameter now: The time since any fixed moment, always the same one, monotonic and not negative.
    public init(now: @escaping @Sendable () -> Duration) {
        self.now = now
    }

    /// The limit of a policy, with what it has counted so far.
    public func limit(_ policy: RateLimitPolicy) -> SharedRateLimit {
        limits.withLock { limits in
            if let limit = limits[policy] { return limit }
            let limit = SharedRateLimit(policy)
            limits[policy] = limit
            return limit
        }
    }

    /// Forgets what was counted under any other policies than these.
    public func keep(_ policies: [RateLimitPolicy]) {
        let policies = Set(policies)
        limits.withLock { limits in limits = limits.filter { policies.contains($0.key) } }
    }

    /// Decides about one call at once, and counts it if all limits admit it.
    ///
    /// - Parameter limits: What the call counts against, under policies that differ.
    /// - Returns: The decisions, in the order of `limits`.
    public func decide(_ limits: [RateLimitedKey]) -> [RateLimitDecision] {
        SharedRateLimit.admit(limits.map { (limit($0.policy), $0.key) }, at: now())
    }

    /// Decides about one call at once; see ``RateLimitStore``.
    public func admit(
        _ limits: [RateLimitedKey],
        completion: @escaping @Sendable (Result<[RateLimitDecision], RateLimitStoreError>) -> Void
    ) {
        completion(.success(decide(limits)))
    }
}
