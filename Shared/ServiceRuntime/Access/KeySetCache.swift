public import FoundationEssentials
import Logging
import Synchronization
public import Tokens

/// The issuer's keys, fetched when needed and kept while the issuer is away.
public final class KeySetCache: Sendable {
    /// After this time a set is fetched anew.
    public static let maximumAge: TimeInterval = 300
    /// A token with an unknown key causes at most one fetch in this time, so that nobody can make us hammer the issuer.
    public static let minimumPause: TimeInterval = 1

    private struct State {
        var keys = KeySet(keys: [])
        var fetchedAt = Date.distantPast
        var attemptedAt = Date.distantPast
    }

    private let state = Mutex(State())
    private let fetch: @Sendable () async throws -> KeySet
    private let now: @Sendable () -> Date

    /// Creates an empty cache.
    ///
    /// - Parameters:
    ///   - now: The wall clock.
    ///   - fetch: Gets the issuer's current set.
    public init(now: @escaping @Sendable () -> Date, fetch: @escaping @Sendable () async throws -> KeySet) {
        self.now = now
        self.fetch = fetch
    }

    /// A set that has the key with this ID, if the issuer has it.
    ///
    /// - Throws: What `fetch` threw, when no set is there at all; an old set is better than none.
    public func keys(including keyID: String) async throws -> KeySet {
        let time = now()
        let (cached, mayFetch) = state.withLock { state in
            let isFresh = time.timeIntervalSince(state.fetchedAt) < Self.maximumAge
            let needsFetch = !isFresh || state.keys.key(withID: keyID) == nil
            let mayFetch = needsFetch && time.timeIntervalSince(state.attemptedAt) >= Self.minimumPause
            if mayFetch { state.attemptedAt = time }
            return (state.keys, mayFetch || (needsFetch && state.keys.keys.isEmpty))
        }
        guard mayFetch else { return cached }
        do {
            let keys = try await fetch()
            state.withLock {
                $0.keys = keys
                $0.fetchedAt = time
            }
            return keys
        } catch  where !cached.keys.isEmpty {
            Logger.current.debug("key set cannot be fetched; the old one stays", metadata: ["error": "\(error)"])
            return cached
        }
    }
}
