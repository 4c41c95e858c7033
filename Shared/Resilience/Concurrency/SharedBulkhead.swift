import Synchronization

/// One bulkhead for everything that calls the same service, from any thread.
public final class SharedBulkhead: Sendable {
    private let bulkhead: Mutex<Bulkhead>

    /// Creates an empty bulkhead with this many places.
    public init(limit: Int = Bulkhead.defaultLimit) {
        bulkhead = Mutex(Bulkhead(limit: limit))
    }

    /// How many calls may be in flight.
    public var limit: Int { bulkhead.withLock { $0.limit } }
    /// How many calls are in flight.
    public var inFlight: Int { bulkhead.withLock { $0.inFlight } }

    /// Takes a place for a call; false when none is free, and then nothing is taken.
    public func enter() -> Bool { bulkhead.withLock { $0.enter() } }

    /// Gives a place back, once for each ``enter()`` that returned true.
    public func leave() { bulkhead.withLock { $0.leave() } }

    /// Allows another number of calls; those in flight stay, even where they are more.
    public func setLimit(_ limit: Int) { bulkhead.withLock { $0.limit = max(1, limit) } }
}
