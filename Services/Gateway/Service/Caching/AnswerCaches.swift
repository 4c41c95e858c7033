import HTTPProxy
import Metrics
import Resilience

/// The caches that routes name.
final class AnswerCaches: Sendable {
    private struct Entry: Sendable {
        let setting: CacheSetting
        let responses: ProxyCache.Responses
    }

    private let entries: [String: Entry]
    private let store: (any ResponseStore)?

    /// The caches of a file; one that was there before, and is as before, keeps what it holds.
    ///
    /// - Parameters:
    ///   - settings: The caches.
    ///   - previous: The caches before.
    ///   - store: Where several gateways share answers; nil for nowhere.
    ///   - start: Any moment before the first request.
    init(
        _ settings: [CacheSetting],
        after previous: AnswerCaches? = nil,
        sharedIn store: (any ResponseStore)? = nil,
        from start: ContinuousClock.Instant
    ) {
        self.store = store
        entries = settings.reduce(into: [:]) { entries, setting in
            let known = previous?.entries[setting.name]
            let isKept = known?.setting == setting
            let responses = isKept ? known?.responses : nil
            entries[setting.name] = Entry(
                setting: setting,
                responses: responses ?? ProxyCache.Responses(maximumBytes: setting.maximumBytes, from: start)
            )
        }
    }

    /// The cache of this name; nil when answers are not to be kept.
    func cache(_ name: String?) -> ProxyCache? {
        guard let entry = name.flatMap({ entries[$0] }) else { return nil }
        let shared = store.map { SharedAnswers($0, name: entry.setting.name) }
        return ProxyCache(entry.responses, lifetime: entry.setting.lifetime, shared: shared)
    }

    /// Removes what these caches hold, and keeps nothing of what is on its way into them.
    ///
    /// By the time this returns, the store of shared answers has confirmed that, or has failed to in its time; then this
    /// gateway takes nothing from it until it has. Counted in `clowder_cache_invalidations_total`, by `cache`.
    func invalidate(_ names: [String]) async {
        for name in names {
            guard let entry = entries[name] else { continue }
            await withCheckedContinuation { continuation in
                // First, so that nobody finds in the store what is not here any more.
                if let store {
                    store.invalidate(name) { isConfirmed in
                        if !isConfirmed { Self.countUnconfirmed(name) }
                        continuation.resume()
                    }
                } else {
                    continuation.resume()
                }
                entry.responses.invalidateAll()
            }
            Counter(label: "clowder_cache_invalidations_total", dimensions: [("cache", name)]).increment()
        }
    }
    private static func countUnconfirmed(_ name: String) {
        Counter(label: "clowder_cache_unconfirmed_invalidations_total", dimensions: [("cache", name)]).increment()
    }
}
