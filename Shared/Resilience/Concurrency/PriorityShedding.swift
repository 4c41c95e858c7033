/// Which requests are admitted under a limit and which are shed, by their priority.
///
/// The limit is passed with each request, as it may move: that of ``AdaptiveConcurrencyLimit``, or a fixed one. What is
/// in flight is not touched when the limit falls.
public struct PriorityShedding: Hashable, Sendable {
    /// What to do with a request.
    public enum Decision: Hashable, Sendable {
        /// It may go on; ``PriorityShedding/leave(_:)`` ends it.
        case admit
        /// It is refused with 503, and its client asked to stay away for this time.
        case shed(retryAfter: Duration)
    }

    private var counts = [Int](repeating: 0, count: RequestPriority.allCases.count)

    /// Creates the state with nothing in flight.
    public init() {}

    /// How many requests are in flight, those of the health class not counted.
    public var inFlight: Int { counts.reduce(0, +) - inFlight(of: .health) }

    /// How many requests of a class are in flight.
    public func inFlight(of priority: RequestPriority) -> Int {
        counts[priority.rawValue]
    }

    /// How many requests may be in flight for a request of this class to be admitted, at least 1; nil for no bound.
    public static func limit(of priority: RequestPriority, under limit: Int) -> Int? {
        priority.sharePercent.map { max(1, limit * $0 / 100) }
    }

    /// Decides about a request, and counts it if it is admitted.
    public mutating func admit(_ priority: RequestPriority, under limit: Int) -> Decision {
        if let share = Self.limit(of: priority, under: limit), inFlight >= share {
            return .shed(retryAfter: priority.retryAfter)
        }
        counts[priority.rawValue] += 1
        return .admit
    }

    /// Ends a request that was admitted, once for each; a class with nothing in flight stays at zero.
    public mutating func leave(_ priority: RequestPriority) {
        counts[priority.rawValue] = max(0, counts[priority.rawValue] - 1)
    }
}
