import Synchronization

/// One adaptive limit with shedding by priority for everything that serves requests, from any thread.
///
/// The limit moves by what happens to the requests of one class, ``measuredPriority``: latencies of different kinds of
/// work have no common mean. A log-in takes a quarter of a second by design, an import as long as its file.
public final class SharedConcurrencyLimit: Sendable {
    /// What to do with a request.
    public enum Admission: Sendable {
        /// It may go on; ``SharedConcurrencyLimit/finish(_:as:at:)`` ends it, once.
        case admitted(Permit)
        /// It is refused with 503, and its client asked to stay away for this time.
        case shed(retryAfter: Duration)
    }

    /// A request that was admitted.
    public struct Permit: Sendable {
        let priority: RequestPriority
    }

    /// A change of state, to be logged and counted.
    public enum Change: Hashable, Sendable {
        /// The limit moved to this.
        case limit(Int)
        /// The first request was shed.
        case sheddingBegan
        /// For ``SharedConcurrencyLimit/calmTime`` none was.
        case sheddingEnded
    }

    fileprivate struct Guarded {
        var limit: AdaptiveConcurrencyLimit
        var shedding = PriorityShedding()
        var lastShed: Duration?
    }

    /// The class whose latencies move the limit.
    public static let measuredPriority = RequestPriority.search
    /// How long no request must have been shed for the shedding to be over.
    public static let calmTime = Duration.seconds(5)

    /// The bounds of the limit and how it moves.
    public let policy: AdaptiveConcurrencyPolicy
    private let start: ContinuousClock.Instant
    private let state: Mutex<Guarded>
    private let onChange: @Sendable (Change) -> Void

    /// Creates a limit with nothing in flight.
    ///
    /// - Parameters:
    ///   - policy: The bounds of the limit and how it moves.
    ///   - start: Any moment before the first request.
    ///   - onChange: Told of every change, to log and count it; called without a lock.
    public init(
        policy: AdaptiveConcurrencyPolicy = AdaptiveConcurrencyPolicy(),
        from start: ContinuousClock.Instant,
        onChange: @escaping @Sendable (Change) -> Void = { _ in }
    ) {
        self.policy = policy
        self.start = start
        self.onChange = onChange
        state = Mutex(Guarded(limit: AdaptiveConcurrencyLimit(policy: policy)))
    }

    /// How many requests may be in flight.
    public var limit: Int { state.withLock { $0.limit.limit } }

    /// How many requests are in flight.
    public var inFlight: Int { state.withLock { $0.shedding.inFlight } }

    /// Decides about a request, and counts it if it is admitted.
    public func admit(_ priority: RequestPriority, at now: ContinuousClock.Instant) -> Admission {
        let time = start.duration(to: now)
        let (decision, change) = state.withLock { state -> (PriorityShedding.Decision, Change?) in
            let decision = state.shedding.admit(priority, under: state.limit.limit)
            guard case .shed = decision else { return (decision, state.endShedding(at: time)) }
            defer { state.lastShed = time }
            return (decision, state.lastShed == nil ? .sheddingBegan : nil)
        }
        if let change { onChange(change) }
        return switch decision {
        case .admit: .admitted(Permit(priority: priority))
        case .shed(let retryAfter): .shed(retryAfter: retryAfter)
        }
    }

    /// Ends a request that was admitted.
    ///
    /// - Parameters:
    ///   - permit: The request.
    ///   - outcome: What became of it; nil for what says nothing about the load, such as a client that left.
    ///   - now: The time.
    public func finish(
        _ permit: Permit,
        as outcome: AdaptiveConcurrencyLimit.Outcome?,
        at now: ContinuousClock.Instant
    ) {
        let time = start.duration(to: now)
        let changes = state.withLock { state in
            let step = state.record(permit.priority == Self.measuredPriority ? outcome : nil, at: time)
            state.shedding.leave(permit.priority)
            return [step, state.endShedding(at: time)]
        }
        for case let change? in changes { onChange(change) }
    }
}

extension SharedConcurrencyLimit.Guarded {
    mutating func record(
        _ outcome: AdaptiveConcurrencyLimit.Outcome?,
        at time: Duration
    ) -> SharedConcurrencyLimit.Change? {
        guard let outcome, limit.record(outcome, inFlight: shedding.inFlight, at: time) != nil else { return nil }
        return .limit(limit.limit)
    }

    mutating func endShedding(at time: Duration) -> SharedConcurrencyLimit.Change? {
        guard let lastShed, time - lastShed >= SharedConcurrencyLimit.calmTime else { return nil }
        self.lastShed = nil
        return .sheddingEnded
    }
}
