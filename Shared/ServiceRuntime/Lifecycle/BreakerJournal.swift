import Discovery
import Logging
import Metrics
import Resilience
import StructuredLogging

/// Logs and counts what a service's circuit breaker does.
///
/// - `clowder_breaker_changes_total`: by `service` and the phase that was entered, `to`.
/// - `clowder_breaker_closed`: 1 while calls pass, else 0.
struct BreakerJournal: Sendable {
    private let service: String
    private let logger: Logger

    init(service: ServiceName, logger: Logger) {
        self.service = "\(service)"
        self.logger = logger
        gauge(1)
    }

    func record(_ change: CircuitBreaker.Change) {
        switch change {
        case .opened(let duration):
            log(.warning, "breaker opened", ["open.ms": .stringConvertible(duration.wholeMilliseconds)])
            count("open", closed: 0)
        case .halfOpened:
            log(.info, "breaker lets a few calls pass")
            count("half-open", closed: 0)
        case .closed:
            log(.info, "breaker closed")
            count("closed", closed: 1)
        }
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        logger.log(level: level, message, metadata: metadata.merging([LogKey.peer: "\(service)"]) { $1 })
    }

    private func count(_ phase: String, closed: Int) {
        Counter(label: "clowder_breaker_changes_total", dimensions: [("service", service), ("to", phase)]).increment()
        gauge(closed)
    }

    private func gauge(_ closed: Int) {
        Gauge(label: "clowder_breaker_closed", dimensions: [("service", service)]).record(closed)
    }
}
