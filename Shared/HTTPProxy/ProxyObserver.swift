public import Correlation
import HTTPEdge
import NIOCore

/// Writes down what a proxy does; called on event loops, so it must not block for long.
public protocol ProxyObserver: Sendable {
    /// A request was taken.
    func began(_ request: ProxiedRequest)
    /// It was answered, or its client left.
    func ended(_ request: ProxiedRequest, with outcome: ProxyOutcome)
    /// One attempt at a replica is over.
    func attempted(_ target: ProxyTarget, taking duration: Duration)
    /// An attempt is not made, whatever the client is answered: with an old answer, perhaps.
    func refused(_ target: ProxyTarget, _ refusal: ProxyRefusal)
    /// A request is tried again.
    func retries(_ request: ProxiedRequest, attempt: Int)
    /// A request is sent to a second replica too, or that one answered first.
    func hedges(_ request: ProxiedRequest, _ step: ProxyHedge)
}

/// Why no replica is asked.
public enum ProxyRefusal: String, Sendable {
    /// The service has as many calls in hand as it may.
    case bulkheadFull = "bulkhead-full"
    /// The service mostly fails.
    case breakerOpen = "breaker-open"
}

/// What becomes of a hedge.
public enum ProxyHedge: String, Sendable {
    /// It was sent.
    case sent
    /// Its answer came first.
    case won
}

/// How a proxied request ended.
public struct ProxyOutcome: Hashable, Sendable {
    /// The status that the client was sent; 499 when it did not wait for one.
    public var status: Int
    /// From its head to its end.
    public var duration: Duration
    /// What went wrong, in one word; nil when an answer was passed on.
    public var error: String?
    /// What the cache did; nil where none was asked.
    public var cache: ProxyCacheUse?

    init(status: Int, duration: Duration, error: String? = nil) {
        self.status = status
        self.duration = duration
        self.error = error
    }
}

/// A request on its way, to be looked at while a call of ``ProxyObserver`` lasts.
///
/// Its texts are made when they are asked for.
public struct ProxiedRequest {
    private let job: ProxyJob

    init?(_ job: ProxyJob?) {
        guard let job else { return nil }
        self.job = job
    }

    /// Where it goes.
    public var target: ProxyTarget { job.target }
    /// Its path, without the query.
    public var path: String {
        let target = job.client.requestHead.target
        return job.client.requestBytes.withUnsafeReadableBytes { bytes in
            String(decoding: bytes[target].prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
        }
    }
    /// The correlation ID that it brought or was given.
    public var correlationID: CorrelationID { job.ids.correlationID }
    /// The W3C trace ID.
    public var traceID: String { job.ids.traceID }
    /// The W3C ID of the proxy's span.
    public var spanID: String { job.ids.spanID }
    /// The proxy's place in the trace.
    public var trace: TraceContext { job.ids.context }
    /// Whether the trace is recorded.
    public var isSampled: Bool { job.ids.isSampled }
    /// How many attempts were made one after the other; 1 where none was needed.
    public var attempt: Int { job.attempt }
}
