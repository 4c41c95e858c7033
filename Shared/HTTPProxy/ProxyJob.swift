import HTTPEdge
import LoadBalancing
import NIOCore
import Resilience

/// One request on its way; used on one event loop.
final class ProxyJob {
    enum Phase {
        /// Somebody is asked whether the client may make the request.
        case admitting
        /// The answer is looked for among those that other proxies have fetched.
        case asking
        /// Another request's answer is waited for.
        case following(ProxyCache.State.Follower)
        /// The request is sent, or about to be.
        case trying
        /// The head of the answer is there, and some of its body.
        case holding
        /// The client has the head.
        case streaming(isChunked: Bool)
        /// Until the next attempt.
        case pausing
    }

    let target: ProxyTarget
    let client: any ProxyClient
    let ids: ProxyIDs
    let start: ContinuousClock.Instant
    let end: NIODeadline
    var phase = Phase.trying
    /// How many attempts have been made one after the other.
    var attempt = 1
    /// The attempt that counts; the only one as soon as there is an answer.
    var current: ProxyAttempt?
    /// A second one beside it.
    var hedge: ProxyAttempt?
    var hasHedged = false
    var tried: Set<String> = []
    /// What the client is told of its limits, as lines of a head.
    var limitFields = ByteBuffer()
    var permit: CircuitBreaker.Permit?
    /// Its place among the requests in flight.
    var place: SharedConcurrencyLimit.Permit?
    /// Whether it has a place among the service's calls.
    var isInBulkhead = false
    /// Whether the answer tells when to come back.
    var tellsRetryAfter = false
    /// Whether the answer says that the service has too much to do.
    var isOverloaded = false
    /// The head of the answer as it goes to the client, without its framing.
    var answer = ByteBuffer()
    /// What has come of the body.
    var held = ByteBuffer()
    var status = 0
    /// How long the head of the answer took; what comes after depends on the client too.
    var latency: Duration?
    /// The length of the body, where the head told it.
    var bodyLength: Int?

    // MARK: The cache

    /// What the cache did; nil where none was asked.
    var cacheUse: ProxyCacheUse?
    /// The fill that this request is to bring.
    var fill: ProxyCache.State.Fill?
    /// The old response that may turn out to be the new one.
    var stale: CachedResponse?
    /// The key of the answer among those that are shared.
    var sharedKey: String?
    /// When it was missing there.
    var epoch: ResponseEpoch?
    /// How many bytes the key of the cache takes.
    var cacheKeyBytes = 0
    /// When an old answer is served if there is no new one; nil where there is no old one.
    var patience: NIODeadline?
    /// When this request began to fetch the answer in the place of another one.
    var promotedAt: NIODeadline?
    /// Whether the answer depends on what this client said.
    var varies = false
    /// The answer as it would be kept; nil when it may not be.
    var storable: StorableHead?

    init(
        to target: ProxyTarget,
        from client: any ProxyClient,
        as ids: ProxyIDs,
        at start: ContinuousClock.Instant,
        until end: NIODeadline
    ) {
        self.target = target
        self.client = client
        self.ids = ids
        self.start = start
        self.end = end
    }

    /// Whether nobody waits for the answer.
    var isBackground: Bool { client is AbsentClient }

    func isUnderWay(_ attempt: ProxyAttempt) -> Bool { attempt === current || attempt === hedge }

    /// The attempt beside this one.
    func other(than attempt: ProxyAttempt) -> ProxyAttempt? { attempt === current ? hedge : current }
}
