/// The decisions of a cache of responses to safe reads, without a clock, a lock or a network.
///
/// - A fresh response is served. One that is a little stale is served while one caller fetches a new one (RFC 5861).
/// - Otherwise one caller leads: it fetches the response, and all others that ask for it meanwhile wait for its result.
///   When the leader fails, all of them get the stale response if it is still good for that, or else the error; nobody
///   tries again by itself, so that a failing service is not stormed.
/// - When the leader's client goes, a waiting one takes its place.
/// - An invalidation removes what is stored, also for the case of errors, and begins a new generation of fills: one that
///   began before it is handed to those who wait and not stored, and whoever asks afterwards does not wait for it.
/// - The bytes of stored responses are bounded; the one that was not used for longest goes first.
///
/// A key must hold everything that the response depends on. Responses that depend on who asks do not belong here.
public struct ResponseCacheState<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// The most bytes that are held unless told otherwise: 8 MiB.
    public static var defaultMaximumBytes: Int { 8 << 20 }
    /// How many callers may wait for one key unless told otherwise.
    public static var defaultMaximumFollowers: Int { 1000 }
    /// What an entry takes besides its response, in bytes; it bounds the number of empty ones.
    public static var entryOverhead: Int { 256 }

    private struct Stored {
        var value: Value
        var lifetime: ResponseLifetime
        var since: Duration
    }

    private struct Flight {
        let key: Key
        var leader: UInt64
        var followers: [UInt64] = []
    }

    private let maximumFollowers: Int
    private var stored: RecentlyUsed<Key, Stored>
    /// The flights of the present generation, which are joined and stored; an invalidation leaves the others behind.
    private var current: [Key: UInt64] = [:]
    private var flights: [UInt64: Flight] = [:]
    private var lastNumber: UInt64 = 0

    /// Creates an empty cache.
    ///
    /// - Parameters:
    ///   - maximumBytes: The most bytes that are held, ``entryOverhead`` for each entry included.
    ///   - maximumFollowers: How many callers may wait for one fill, at least 0.
    public init(
        maximumBytes: Int = Self.defaultMaximumBytes,
        maximumFollowers: Int = Self.defaultMaximumFollowers
    ) {
        self.maximumFollowers = maximumFollowers
        stored = RecentlyUsed(maximumBytes: maximumBytes)
    }

    /// How many bytes are held.
    public var bytes: Int { stored.bytes }
    /// How many responses are held.
    public var count: Int { stored.count }
    /// How many fills are on their way.
    public var fills: Int { flights.count }

    /// Says what to do with a request for a key.
    ///
    /// - Parameters:
    ///   - key: All that the response depends on.
    ///   - time: Time since any fixed moment.
    /// - Returns: What to serve, or whom to wait for.
    public mutating func lookUp(_ key: Key, at time: Duration) -> Lookup {
        let entry = stored.use(key)
        let age = entry.map { max(.zero, time - $0.since) } ?? .zero
        let use = entry?.lifetime.use(atAge: age) ?? .nothing
        if let entry, use == .serving { return .serve(entry.value, age: age) }
        if let entry, use == .servingWhileRevalidating {
            guard current[key] == nil else { return .serveStale(entry.value, age: age) }
            return .serveStaleAndRevalidate(entry.value, age: age, startFlight(for: key))
        }
        if use == .nothing { stored.remove(key) }
        guard let flight = current[key] else {
            return .lead(startFlight(for: key), stale: use == .errorsOnly ? entry?.value : nil)
        }
        return join(flight)
    }

    /// Takes the result of a fill, and says whom to tell what.
    ///
    /// A fill that was completed before, or that another caller leads by now, is nobody's: ``Completion/nothing``.
    ///
    /// - Parameters:
    ///   - fill: What ``lookUp(_:at:)`` or a promotion gave out.
    ///   - result: What became of it.
    ///   - time: Time since the same moment as for ``lookUp(_:at:)``.
    /// - Returns: Whom to tell what.
    public mutating func complete(_ fill: Fill, with result: FillResult, at time: Duration) -> Completion {
        guard let flight = flights[fill.flight], flight.leader == fill.leader else { return .nothing }
        if case .abandoned = result, let next = flight.followers.first {
            return promote(next, in: fill.flight)
        }
        flights[fill.flight] = nil
        let isCurrent = current[flight.key] == fill.flight
        if isCurrent { current[flight.key] = nil }
        let followers = flight.followers.map { Follower(flight: fill.flight, number: $0) }
        switch result {
        case .abandoned:
            return .nothing
        case .fetched(let value, let bytes, let lifetime):
            if isCurrent { store(Stored(value: value, lifetime: lifetime, since: time), bytes: bytes, for: flight.key) }
            return .deliver(value, to: followers)
        case .failed:
            guard let entry = stored.peek(flight.key) else { return .fail(followers) }
            let age = max(.zero, time - entry.since)
            guard entry.lifetime.coversErrors(atAge: age) else { return .fail(followers) }
            return .deliverStale(entry.value, age: age, to: followers)
        }
    }

    /// Whether ``FillResult/failed`` would hand out a stale response now; `time` counts as in ``lookUp(_:at:)``.
    public func hasSubstitute(for fill: Fill, at time: Duration) -> Bool {
        guard let flight = flights[fill.flight], let entry = stored.peek(flight.key) else { return false }
        return entry.lifetime.coversErrors(atAge: max(.zero, time - entry.since))
    }

    /// Takes back a follower whose client went; one that was told its result is not there any more.
    public mutating func leave(_ follower: Follower) {
        flights[follower.flight]?.followers.removeAll { $0 == follower.number }
    }

    /// Removes a key's response; a fill of it that is on its way is not stored.
    public mutating func invalidate(_ key: Key) {
        stored.remove(key)
        current[key] = nil
    }

    /// Removes all responses; no fill that is on its way is stored.
    public mutating func invalidateAll() {
        stored.removeAll()
        current = [:]
    }

    private mutating func startFlight(for key: Key) -> Fill {
        let number = nextNumber()
        flights[number] = Flight(key: key, leader: number)
        current[key] = number
        return Fill(flight: number, leader: number)
    }

    private mutating func join(_ flight: UInt64) -> Lookup {
        guard (flights[flight]?.followers.count ?? 0) < maximumFollowers else { return .refuse }
        let number = nextNumber()
        flights[flight]?.followers.append(number)
        return .follow(Follower(flight: flight, number: number))
    }

    private mutating func promote(_ follower: UInt64, in flight: UInt64) -> Completion {
        flights[flight]?.followers.removeFirst()
        flights[flight]?.leader = follower
        return .promote(Follower(flight: flight, number: follower), Fill(flight: flight, leader: follower))
    }

    private mutating func store(_ entry: Stored, bytes: Int, for key: Key) {
        if entry.lifetime.use(atAge: .zero) == .nothing {
            stored.remove(key)
        } else {
            stored.store(entry, bytes: max(0, bytes) + Self.entryOverhead, for: key)
        }
    }

    private mutating func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }
}
