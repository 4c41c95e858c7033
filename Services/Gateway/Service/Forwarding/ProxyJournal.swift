import Correlation
import HTTPProxy
import LoadBalancing
import Logging
import Metrics
import Resilience
import StructuredLogging
import Synchronization

/// Writes down proxied requests in the lines, metrics and spans in which all others are written down.
final class ProxyJournal: ProxyObserver {
    private struct Series: Hashable {
        var target: Int
        var status: Int
    }

    /// How many timers are kept at hand; those of targets that are gone are forgotten with the others.
    private static let maximumTimers = 4096

    private let logger: Logger
    private let spans: SpanRecorder?
    private let requests = Mutex<[Series: Timer]>([:])
    private let attempts = Mutex<[Int: Timer]>([:])

    init(logger: Logger, spans: SpanRecorder? = nil) {
        self.logger = logger
        self.spans = spans
    }

    func began(_ request: ProxiedRequest) {
        guard logger.logLevel <= .info else { return }
        var metadata = identity(of: request)
        metadata[LogKey.method] = "GET"
        metadata[LogKey.path] = "\(request.path)"
        logger.info("request started", metadata: metadata)
    }

    func ended(_ request: ProxiedRequest, with outcome: ProxyOutcome) {
        count(request.target, outcome)
        if let cache = outcome.cache { count(request.target, cache) }
        if let variant = request.target.variant {
            VariantJournal.record(variant, status: outcome.status, taking: outcome.duration)
        }
        if outcome.error == "shed" { ConcurrencyJournal.countShed(request.target.priority) }
        // A client that left or asked too much is no failure of ours.
        let isFailure = outcome.status >= 500 || outcome.status < 400 && outcome.error != nil
        if let spans, request.isSampled { record(request, outcome, isFailure ? outcome.error : nil, spans) }
        let level = isFailure ? Logger.Level.warning : .info
        guard logger.logLevel <= level else { return }
        var metadata = identity(of: request)
        metadata[LogKey.method] = "GET"
        metadata[LogKey.path] = "\(request.path)"
        metadata[LogKey.status] = .stringConvertible(outcome.status)
        metadata[LogKey.outcome] = "\(Self.name(of: outcome))"
        metadata[LogKey.duration] = .stringConvertible((outcome.duration.seconds * 1e6).rounded() / 1e3)
        if let cache = outcome.cache { metadata[LogKey.cache] = "\(cache.rawValue)" }
        if let variant = request.target.variant { metadata[LogKey.variant] = "\(variant.text)" }
        if let error = outcome.error { metadata[LogKey.error] = "\(request.target.pool.service): \(error)" }
        logger.log(level: level, "request finished", metadata: metadata)
    }

    private func record(
        _ request: ProxiedRequest,
        _ outcome: ProxyOutcome,
        _ error: String?,
        _ spans: SpanRecorder
    ) {
        var attributes = Span.request("GET", path: request.path, route: request.target.route, status: outcome.status)
        if let error { attributes["error.type"] = .text(error) }
        attributes["correlation.id"] = .text("\(request.correlationID)")
        attributes["clowder.upstream"] = .text("\(request.target.pool.service)")
        attributes["clowder.cache"] = outcome.cache.map { .text($0.rawValue) }
        if request.attempt > 1 { attributes["http.request.resend_count"] = .integer(request.attempt - 1) }
        spans.record(
            request.trace,
            .server,
            "GET \(request.target.route)",
            taking: outcome.duration,
            attributes: attributes,
            failure: error ?? (outcome.status >= 500 ? "\(outcome.status)" : nil)
        )
    }

    func attempted(_ target: ProxyTarget, taking duration: Duration) {
        let timer = attempts.withLock { timers in
            let key = target.serial
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "clowder_client_duration_seconds",
                dimensions: [("service", "\(target.pool.service)")]
            )
            if timers.count >= Self.maximumTimers { timers = [:] }
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(Int64(duration.seconds * 1e9))
    }

    func refused(_ target: ProxyTarget, _ refusal: ProxyRefusal) {
        let reason = refusal.rawValue
        Counter(
            label: "clowder_client_refusals_total",
            dimensions: [("service", "\(target.pool.service)"), ("reason", reason)]
        ).increment()
    }

    func retries(_ request: ProxiedRequest, attempt: Int) {
        let service = "\(request.target.pool.service)"
        Counter(label: "clowder_client_retries_total", dimensions: [("service", service)]).increment()
        guard logger.logLevel <= .debug else { return }
        var metadata = identity(of: request)
        metadata[LogKey.peer] = "\(service)"
        metadata[LogKey.attempt] = .stringConvertible(attempt)
        logger.debug("call is tried again", metadata: metadata)
    }

    func hedges(_ request: ProxiedRequest, _ step: ProxyHedge) {
        let service = "\(request.target.pool.service)"
        Counter(
            label: "clowder_client_hedges_total",
            dimensions: [("service", service), ("outcome", step.rawValue)]
        ).increment()
    }

    private func count(_ target: ProxyTarget, _ outcome: ProxyOutcome) {
        let timer = requests.withLock { timers in
            let key = Series(target: target.serial, status: outcome.status)
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "clowder_http_request_duration_seconds",
                dimensions: [("method", "GET"), ("route", target.route), ("status", String(outcome.status))]
            )
            if timers.count >= Self.maximumTimers { timers = [:] }
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(Int64(outcome.duration.seconds * 1e9))
    }

    /// `clowder_cache_requests_total`, by `route` and `outcome`, and what the route's cache holds.
    private func count(_ target: ProxyTarget, _ use: ProxyCacheUse) {
        Counter(
            label: "clowder_cache_requests_total",
            dimensions: [("route", target.route), ("outcome", use.rawValue)]
        ).increment()
        guard use == .miss || use == .revalidated, let usage = target.cache?.responses.usage else { return }
        Gauge(label: "clowder_cache_entries", dimensions: [("route", target.route)]).record(usage.count)
        Gauge(label: "clowder_cache_bytes", dimensions: [("route", target.route)]).record(usage.bytes)
    }

    private func identity(of request: ProxiedRequest) -> Logger.Metadata {
        [
            LogKey.correlationID: "\(request.correlationID)", LogKey.traceID: "\(request.traceID)",
            LogKey.spanID: "\(request.spanID)",
        ]
    }

    private static func name(of outcome: ProxyOutcome) -> String {
        switch outcome.status {
        case 499: "cancelled"
        case ..<400: outcome.error == nil ? "ok" : "server-error"
        case ..<500: "client-error"
        default: "server-error"
        }
    }
}
