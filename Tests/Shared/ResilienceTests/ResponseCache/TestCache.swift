import Resilience

/// A cache of texts with a time of its own; responses are fresh for 10 s, then stale for 5 s, and 30 s for errors.
struct TestCache {
    typealias State = ResponseCacheState<String, String>

    static let lifetime = ResponseLifetime(
        fresh: .seconds(10),
        staleWhileRevalidate: .seconds(5),
        staleIfError: .seconds(30)
    )

    var seconds = 0
    private(set) var state: State

    init(maximumBytes: Int = 100_000, maximumFollowers: Int = 10) {
        state = State(maximumBytes: maximumBytes, maximumFollowers: maximumFollowers)
    }

    private var time: Duration { .seconds(seconds) }

    mutating func lookUp(_ key: String) -> State.Lookup {
        state.lookUp(key, at: time)
    }

    /// The fill of a lookup that is the first of its key, or that revalidates.
    mutating func lead(_ key: String) throws -> State.Fill {
        let lookup = lookUp(key)
        guard let fill = fill(of: lookup) else { throw UnexpectedLookup(lookup: lookup) }
        return fill
    }

    mutating func follow(_ key: String) throws -> State.Follower {
        let lookup = lookUp(key)
        guard case .follow(let follower) = lookup else { throw UnexpectedLookup(lookup: lookup) }
        return follower
    }

    private func fill(of lookup: State.Lookup) -> State.Fill? {
        switch lookup {
        case .lead(let fill, _), .serveStaleAndRevalidate(_, _, let fill): fill
        default: nil
        }
    }

    @discardableResult
    mutating func complete(_ fill: State.Fill, with result: State.FillResult) -> State.Completion {
        state.complete(fill, with: result, at: time)
    }

    @discardableResult
    mutating func fetch(
        _ fill: State.Fill,
        _ value: String,
        bytes: Int = 100,
        lifetime: ResponseLifetime = Self.lifetime
    ) -> State.Completion {
        complete(fill, with: .fetched(value, bytes: bytes, lifetime: lifetime))
    }

    /// Fetches and stores a response.
    mutating func fill(_ key: String, with value: String, bytes: Int = 100) {
        if let fill = fill(of: lookUp(key)) { fetch(fill, value, bytes: bytes) }
    }

    func hasSubstitute(for fill: State.Fill) -> Bool {
        state.hasSubstitute(for: fill, at: time)
    }

    mutating func leave(_ follower: State.Follower) {
        state.leave(follower)
    }

    mutating func invalidate(_ key: String) {
        state.invalidate(key)
    }

    mutating func invalidateAll() {
        state.invalidateAll()
    }

    /// The keys of these that are stored and fresh.
    func stored(of keys: [String]) -> [String] {
        keys.filter { key in
            var copy = state
            return if case .serve = copy.lookUp(key, at: time) { true } else { false }
        }
    }
}

/// A lookup was not answered as the test takes for granted.
struct UnexpectedLookup: Error {
    let lookup: TestCache.State.Lookup
}
