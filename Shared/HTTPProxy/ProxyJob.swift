import HTTPEdge
import LoadBalancing
import NIOCore
import Resilience

/// One request on its way; used on one event loop.
final class ProxyJob {
    enum Phase {
        case connecting
        /// The request is sent.
        case waiting
        /// The head of the answer is there, and some of its body.
        case holding
        /// The client has the head.
        case streaming(isChunked: Bool)
        /// Until the next attempt.
        case pausing
    }

    let target: ProxyTarget
    let connection: EdgeConnectionHandler
    let ids: ProxyIDs
    let start: ContinuousClock.Instant
    let end: NIODeadline
    var phase = Phase.connecting
    var attempt = 1
    var attemptStart: ContinuousClock.Instant
    var attemptEnd: NIODeadline
    var tried: Set<String> = []
    /// What the client is told of its limits, as lines of a head.
    var limitFields = ByteBuffer()
    var pick: Pick?
    var permit: CircuitBreaker.Permit?
    /// Its place among the requests in flight.
    var place: SharedConcurrencyLimit.Permit?
    /// Whether the answer tells when to come back.
    var tellsRetryAfter = false
    var upstream: UpstreamConnection?
    /// The head of the answer as it goes to the client, without its framing.
    var answer = ByteBuffer()
    /// What has come of the body.
    var held = ByteBuffer()
    var status = 0
    /// How long the head of the answer took; what comes after depends on the client too.
    var latency: Duration?
    /// The length of the body, where the head told it.
    var bodyLength: Int?

    init(
        to target: ProxyTarget,
        from connection: EdgeConnectionHandler,
        as ids: ProxyIDs,
        at start: ContinuousClock.Instant,
        until end: NIODeadline
    ) {
        self.target = target
        self.connection = connection
        self.ids = ids
        self.start = start
        self.end = end
        attemptStart = start
        attemptEnd = end
    }
}
