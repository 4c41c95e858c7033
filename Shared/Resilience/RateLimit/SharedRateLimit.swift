import Synchronization

/// The rate limit of many keys under one policy, for everything that serves requests, from any thread.
public final class SharedRateLimit: Sendable {
    private static let lastNumber = Atomic(0)

    /// The policy of all keys.
    public let policy: RateLimitPolicy
    private let table: Mutex<RateLimitTable<String>>
    /// Sets the order in which several limits are locked.
    private let number = SharedRateLimit.lastNumber.add(1, ordering: .relaxed).newValue

    /// Creates a limit that has counted nothing.
    public init(_ policy: RateLimitPolicy) {
        self.policy = policy
        table = Mutex(RateLimitTable(policy: policy))
    }

    /// Decides about a call and counts it if it is admitted; see ``RateLimitTable/admit(_:at:)``.
    public func admit(_ key: String, at time: Duration) -> RateLimitDecision {
        table.withLock { $0.admit(key, at: time) }
    }

    /// Decides about a call under several limits, and counts it under all of them or under none.
    ///
    /// - Parameters:
    ///   - calls: Limits that differ, each with the key that the call has under it.
    ///   - time: As for ``admit(_:at:)``.
    /// - Returns: The decisions, in the order of `calls`.
    public static func admit(
        _ calls: [(limit: SharedRateLimit, key: String)],
        at time: Duration
    ) -> [RateLimitDecision] {
        if calls.count == 1 { return [calls[0].limit.admit(calls[0].key, at: time)] }
        // Always in the same order, so that two calls never wait for each other.
        let order = calls.indices.sorted { calls[$0].limit.number < calls[$1].limit.number }
        var decisions = [RateLimitDecision?](repeating: nil, count: calls.count)
        _ = decide(calls, order[...], at: time, into: &decisions, isAdmitted: true)
        return decisions.compactMap { $0 }
    }

    /// Asks one limit after the other, and counts on the way back; whether all admit the call.
    private static func decide(
        _ calls: [(limit: SharedRateLimit, key: String)],
        _ rest: ArraySlice<Int>,
        at time: Duration,
        into decisions: inout [RateLimitDecision?],
        isAdmitted: Bool
    ) -> Bool {
        guard let index = rest.first else { return isAdmitted }
        let (limit, key) = calls[index]
        return limit.table.withLock { table in
            let preview = table.preview(key, at: time)
            decisions[index] = preview
            let isAdmittedByAll = decide(
                calls,
                rest.dropFirst(),
                at: time,
                into: &decisions,
                isAdmitted: isAdmitted && preview.isAdmitted
            )
            if isAdmittedByAll { decisions[index] = table.admit(key, at: time) }
            return isAdmittedByAll
        }
    }
}
