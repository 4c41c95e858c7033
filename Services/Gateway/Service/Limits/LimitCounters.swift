import Logging
import Metrics
import Redis
import Resilience
import ServiceLifecycle
import StructuredLogging

/// Where the gateway counts calls: in memory, or together with others and in memory while that cannot be done.
struct LimitCounters: Sendable {
    let local: MemoryRateLimitStore
    /// nil where each gateway counts for itself.
    let shared: FallbackRateLimitStore?
    /// The time since any fixed moment, always the same one, monotonic and not negative.
    let now: @Sendable () -> Duration

    /// Counts in memory, and in a store that others count in too if there is one.
    init(
        sharing store: (any RateLimitStore)? = nil,
        logger: Logger,
        now: @escaping @Sendable () -> Duration
    ) {
        let (local, journal) = (MemoryRateLimitStore(now: now), LimitJournal(logger: logger))
        self.local = local
        self.now = now
        shared = store.map { store in
            FallbackRateLimitStore(
                shared: store,
                local: local,
                now: now,
                onFallback: journal.count,
                onChange: journal.record
            )
        }
    }
}

/// Logs and counts what becomes of the store that several gateways count in.
///
/// - `clowder_rate_limit_fallbacks_total`: requests that were decided about without it, by `reason`.
struct LimitJournal: Sendable {
    let logger: Logger

    func count(_ error: RateLimitStoreError) {
        Counter(label: "clowder_rate_limit_fallbacks_total", dimensions: [("reason", error.code.rawValue)]).increment()
    }

    func record(_ change: FallbackRateLimitStore.Change) {
        switch change {
        case .began(let error):
            logger.warning(
                "the store of rate limits does not answer; this gateway counts alone",
                metadata: [LogKey.error: "\(error)"]
            )
        case .ended: logger.notice("the store of rate limits answers again")
        }
    }
}
