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

    /// The caches of a file; one that was there before, and is as before, keeps what it holds.
    init(_ settings: [CacheSetting], after previous: AnswerCaches? = nil, from start: ContinuousClock.Instant) {
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
        return ProxyCache(entry.responses, lifetime: entry.setting.lifetime)
    }

    /// Removes what these caches hold, and keeps nothing of what is on its way into them.
    ///
    /// Counted in `clowder_cache_invalidations_total`, by `cache`.
    func invalidate(_ names: [String]) {
        for name in names {
            guard let entry = entries[name] else { continue }
            entry.responses.invalidateAll()
            Counter(label: "clowder_cache_invalidations_total", dimensions: [("cache", name)]).increment()
        }
    }
}
