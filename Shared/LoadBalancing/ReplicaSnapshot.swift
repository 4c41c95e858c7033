public import Discovery

/// What a pool knows of one replica at one moment.
public struct ReplicaSnapshot: Hashable, Sendable {
    /// Whether and how a replica is used.
    public enum State: Hashable, Sendable {
        /// It has its full traffic.
        case healthy
        /// It has this share of its full traffic, more than 0 and less than 1, since it has just come or come back.
        case slowStart(share: Double)
        /// It is left out for this time yet; zero when the next call tests it.
        case ejected(for: Duration)
        /// It is left out but for one call that is under way and tests it.
        case probing
    }

    /// The replica.
    public let endpoint: Endpoint
    /// Whether it is used.
    public let state: State
    /// Calls in flight from this process.
    public let outstanding: Int
    /// How slow it is, as a peak-sensitive average that fades without calls; nil before the first outcome.
    public let latency: Duration?
    /// Calls of the last thirty seconds that say something about its health.
    public let calls: Int
    /// The share of those that succeeded, 0 to 1; nil when there were none.
    public let successRate: Double?
    /// Failures since the last success.
    public let consecutiveFailures: Int
    /// Ejections that still count for the length of the next.
    public let ejections: Int

    /// Its share of traffic relative to other replicas.
    public var weight: Int { endpoint.weight }

    /// How much longer it is left out; nil when it is in use.
    public var ejectedFor: Duration? {
        switch state {
        case .healthy, .slowStart: nil
        case .ejected(let duration): duration
        case .probing: .zero
        }
    }
}

extension ReplicaSnapshot {
    init(_ replica: Replica, under policy: EjectionPolicy, at now: Duration) {
        let counts = replica.health.window.counts(at: now)
        endpoint = replica.endpoint
        state = State(replica, at: now)
        outstanding = replica.outstanding
        latency = replica.latency.value(at: now).map { .nanoseconds(Int64(min($0, 1e6) * 1e9)) }
        calls = counts.calls
        successRate = counts.calls == 0 ? nil : Double(counts.successes) / Double(counts.calls)
        consecutiveFailures = replica.health.consecutiveFailures
        ejections = replica.health.ejections(at: now, under: policy)
    }
}

extension ReplicaSnapshot.State {
    fileprivate init(_ replica: Replica, at now: Duration) {
        let share = replica.share(at: now)
        if replica.health.probeSentAt != nil {
            self = .probing
        } else if let until = replica.health.ejectedUntil {
            self = .ejected(for: max(.zero, until - now))
        } else {
            self = share < 1 ? .slowStart(share: share) : .healthy
        }
    }
}
