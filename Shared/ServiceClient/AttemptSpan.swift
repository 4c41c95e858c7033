import Correlation
import Discovery
import HTTPTypes
import ServiceContextModule

/// The span of one attempt at a replica, below the span of whoever calls.
///
/// Where nobody records spans, or this trace is not recorded, the attempt has none, and the replica continues the
/// caller's.
struct AttemptSpan {
    /// What is sent along with the request.
    let context: ServiceContext?
    private let recorder: SpanRecorder?
    private let start: ContinuousClock.Instant

    /// Begins a span below the task's current one.
    init(at start: ContinuousClock.Instant) {
        self.start = start
        var context = ServiceContext.current
        if let recorder = SpanRecorder.current, let trace = context?.traceContext, trace.isSampled {
            var generator = SystemRandomNumberGenerator()
            context?.traceContext = trace.child(using: &generator)
            self.recorder = recorder
        } else {
            recorder = nil
        }
        self.context = context
    }

    /// Ends the span with what became of the attempt; the query, which may hold what is nobody's business, is left out.
    func end(
        _ request: ServiceRequest,
        to endpoint: Endpoint,
        of service: ServiceName,
        attempt: Int,
        _ result: Result<ServiceResponse, ServiceClientError>,
        at end: ContinuousClock.Instant
    ) {
        guard let recorder else { return }
        var attributes: [String: Span.Value] {
            var attributes: [String: Span.Value] = [
                "http.request.method": .text(request.method.rawValue), "peer.service": .text("\(service)"),
                "server.address": .text(endpoint.host), "server.port": .integer(endpoint.port),
                "url.full": .text("http://\(endpoint.authority)\(request.path.prefix { $0 != "?" })"),
            ]
            if attempt > 1 { attributes["http.request.resend_count"] = .integer(attempt - 1) }
            switch result {
            case .success(let response):
                attributes["http.response.status_code"] = .integer(response.status.code)
                attributes["error.type"] = Self.failure(of: result).map { .text($0) }
            case .failure(let error): attributes["error.type"] = .text("\(error.code)")
            }
            return attributes
        }
        recorder.record(
            context?.traceContext,
            .client,
            request.method.rawValue,
            taking: start.duration(to: end),
            attributes: attributes,
            failure: Self.failure(of: result)
        )
    }

    /// For a client every answer that is an error is one.
    private static func failure(of result: Result<ServiceResponse, ServiceClientError>) -> String? {
        switch result {
        case .success(let response): response.status.code < 400 ? nil : "\(response.status.code)"
        case .failure(let error): "\(error)"
        }
    }
}
