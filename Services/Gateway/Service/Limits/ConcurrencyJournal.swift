import Logging
import Metrics
import Resilience
import StructuredLogging

/// Logs and counts what the limit on requests in flight does.
///
/// - `clowder_shed_requests_total`: by `priority`.
/// - `clowder_concurrency_limit`: how many requests may be in flight.
struct ConcurrencyJournal: Sendable {
    let logger: Logger

    init(limit: Int, logger: Logger) {
        self.logger = logger
        Self.gauge(limit)
    }

    func record(_ change: SharedConcurrencyLimit.Change) {
        switch change {
        case .limit(let limit):
            Self.gauge(limit)
            logger.debug("concurrency limit moved", metadata: [LogKey.count: .stringConvertible(limit)])
        case .sheddingBegan:
            logger.warning("more requests than can be served; some are shed")
        case .sheddingEnded:
            logger.info("no request is shed any more")
        }
    }

    static func countShed(_ priority: RequestPriority) {
        Counter(label: "clowder_shed_requests_total", dimensions: [("priority", "\(priority)")]).increment()
    }

    private static func gauge(_ limit: Int) {
        Gauge(label: "clowder_concurrency_limit").record(limit)
    }
}
