import Synchronization

/// One response cache for everything that serves requests, from any thread; see ``ResponseCacheState``.
public final class SharedResponseCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// The decisions of the cache.
    public typealias State = ResponseCacheState<Key, Value>

    /// What a follower is told.
    public enum Arrival: Sendable {
        /// The response that it waited for.
        case response(Value)
        /// An older one, since there is no newer.
        case stale(Value, age: Duration)
        /// There is none.
        case failed
        /// Fetch it: whoever did is gone.
        case lead(State.Fill)
    }

    /// Tells a follower; called once, on any thread and without a lock.
    public typealias Waiter = @Sendable (Arrival) -> Void

    /// What a cache holds.
    public struct Usage: Hashable, Sendable {
        /// How many responses.
        public var count: Int
        /// How many bytes.
        public var bytes: Int
    }

    private struct Guarded {
        var state: State
        var waiters: [State.Follower: Waiter] = [:]

        mutating func tell(_ followers: [State.Follower], _ arrival: Arrival) -> [(Waiter, Arrival)] {
            followers.compactMap { follower in waiters.removeValue(forKey: follower).map { ($0, arrival) } }
        }
    }

    private let start: ContinuousClock.Instant
    private let guarded: Mutex<Guarded>

    /// Creates an empty cache.
    ///
    /// - Parameters:
    ///   - maximumBytes: The most bytes that are held.
    ///   - start: Any moment before the first request.
    public init(maximumBytes: Int = State.defaultMaximumBytes, from start: ContinuousClock.Instant) {
        self.start = start
        guarded = Mutex(Guarded(state: State(maximumBytes: maximumBytes)))
    }

    /// What is held.
    public var usage: Usage { guarded.withLock { Usage(count: $0.state.count, bytes: $0.state.bytes) } }

    /// Says what to do with a request for a key.
    ///
    /// - Parameters:
    ///   - key: All that the response depends on.
    ///   - now: The time.
    ///   - makeWaiter: Makes what is told when the answer is to follow another caller's; called at once, or not at all.
    /// - Returns: What to serve, or whom to wait for.
    public func lookUp(
        _ key: Key,
        at now: ContinuousClock.Instant,
        makeWaiter: () -> Waiter
    ) -> State.Lookup {
        let time = start.duration(to: now)
        return guarded.withLock { guarded in
            let lookup = guarded.state.lookUp(key, at: time)
            if case .follow(let follower) = lookup { guarded.waiters[follower] = makeWaiter() }
            return lookup
        }
    }

    /// Takes the result of a fill, and tells those who wait for it.
    ///
    /// - Returns: The stale response that the leader serves in place of one that could not be fetched.
    @discardableResult
    public func complete(
        _ fill: State.Fill,
        with result: State.FillResult,
        at now: ContinuousClock.Instant
    ) -> (value: Value, age: Duration)? {
        let time = start.duration(to: now)
        let (told, stale) = guarded.withLock { guarded -> ([(Waiter, Arrival)], (Value, Duration)?) in
            switch guarded.state.complete(fill, with: result, at: time) {
            case .deliver(let value, let followers): (guarded.tell(followers, .response(value)), nil)
            case .deliverStale(let value, let age, let followers):
                (guarded.tell(followers, .stale(value, age: age)), (value, age))
            case .fail(let followers): (guarded.tell(followers, .failed), nil)
            case .promote(let follower, let fill): (guarded.tell([follower], .lead(fill)), nil)
            case .nothing: ([], nil)
            }
        }
        for (tell, arrival) in told { tell(arrival) }
        return stale
    }

    /// Whether an old response would be served now in place of one that could not be fetched.
    public func hasSubstitute(for fill: State.Fill, at now: ContinuousClock.Instant) -> Bool {
        let time = start.duration(to: now)
        return guarded.withLock { $0.state.hasSubstitute(for: fill, at: time) }
    }

    /// Takes back a follower whose client went; it may be told something all the same, if that is on its way already.
    public func leave(_ follower: State.Follower) {
        guarded.withLock { guarded in
            guarded.state.leave(follower)
            guarded.waiters[follower] = nil
        }
    }

    /// Removes all responses; no fill that is on its way is kept.
    public func invalidateAll() {
        guarded.withLock { $0.state.invalidateAll() }
    }
}
