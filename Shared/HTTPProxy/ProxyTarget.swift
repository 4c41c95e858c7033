public import Correlation
public import HTTPEdge
import HTTPTypes
public import LoadBalancing
public import NIOCore
public import Resilience
import Synchronization

/// The service that a route leads to, and how it is called.
public struct ProxyUpstream: Sendable {
    /// The replicas that answer.
    public let pool: EndpointPool
    /// How many retries and hedges there may be, shared by everything that calls these replicas.
    public let budget: SharedRetryBudget
    /// Stops requests to a service that mostly fails; shared like the budget.
    public let breaker: SharedCircuitBreaker
    /// How many calls the service may have in hand, shared like the budget; nil for any number.
    public let bulkhead: SharedBulkhead?
    /// When a failed call is tried again.
    public let policy: RetryPolicy
    /// When a request is sent to a second replica too; nil for never.
    public let hedges: SharedHedge?

    /// Creates an upstream.
    public init(
        pool: EndpointPool,
        budget: SharedRetryBudget,
        breaker: SharedCircuitBreaker,
        bulkhead: SharedBulkhead? = nil,
        policy: RetryPolicy = RetryPolicy(),
        hedges: SharedHedge? = nil
    ) {
        self.pool = pool
        self.budget = budget
        self.breaker = breaker
        self.bulkhead = bulkhead
        self.policy = policy
        self.hedges = hedges
    }
}

/// Where requests of one route go, how many there may be, and how long they may take.
public final class ProxyTarget: Sendable {
    private static let lastSerial = Atomic(0)

    /// Its number, which no other target of this process ever has.
    public let serial = ProxyTarget.lastSerial.add(1, ordering: .relaxed).newValue
    /// The route's name in logs and metrics, such as `/v1/listings/{id}`.
    public let route: String
    /// The service that answers.
    public let upstream: ProxyUpstream
    /// How much its requests matter when not all can be served.
    public let priority: RequestPriority
    /// How long a request may take in all.
    public let deadline: Duration
    /// Whether a client may make one more request; asked once a request, before anything else is done for it.
    public let admit: @Sendable (_ peer: String?) -> ProxyAdmission
    /// How many requests of all routes may be in flight; nil for any number.
    public let concurrency: SharedConcurrencyLimit?
    /// Where answers are kept; nil for nowhere.
    public let cache: ProxyCache?
    /// The arm of an experiment that its requests are in.
    public let variant: ProxyVariant?

    /// Creates a target.
    public init(
        route: String,
        upstream: ProxyUpstream,
        priority: RequestPriority = .search,
        deadline: Duration = Deadline.edgeDefault,
        admit: @escaping @Sendable (String?) -> ProxyAdmission = { _ in .admitted(fields: ByteBuffer()) },
        concurrency: SharedConcurrencyLimit? = nil,
        cache: ProxyCache? = nil,
        variant: ProxyVariant? = nil
    ) {
        self.route = route
        self.upstream = upstream
        self.priority = priority
        self.deadline = deadline
        self.admit = admit
        self.concurrency = concurrency
        self.cache = cache
        self.variant = variant
    }

    /// The replicas that answer.
    public var pool: EndpointPool { upstream.pool }
    var budget: SharedRetryBudget { upstream.budget }
    var breaker: SharedCircuitBreaker { upstream.breaker }
    var bulkhead: SharedBulkhead? { upstream.bulkhead }
    var policy: RetryPolicy { upstream.policy }
    var hedges: SharedHedge? { upstream.hedges }
}

/// The arm of an experiment that a request is in; the service and the client are told by `X-Variant`.
public struct ProxyVariant: Sendable {
    /// The name of the experiment.
    public let experiment: String
    /// The name of the arm.
    public let arm: String
    /// Both as a line of a head.
    let line: ByteBuffer

    /// Creates a variant of names that can stand in a header field.
    public init(experiment: String, arm: String) {
        self.experiment = experiment
        self.arm = arm
        line = ByteBuffer(string: "X-Variant: \(experiment)=\(arm)\r\n")
    }

    /// The value of `X-Variant`.
    public var text: String { "\(experiment)=\(arm)" }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    static let variant = HTTPField.Name("X-Variant")!
}

/// Why the proxy itself answers a request that it took.
public enum ProxyFailure: Hashable, Sendable {
    /// No replica of the service answered.
    case unavailable(service: String)
    /// The service has as many calls in hand as it may.
    case busy(service: String)
    /// The deadline passed.
    case deadlineExceeded
    /// More requests are in flight than can be served; the client is to stay away for this time.
    case shed(retryAfter: Duration)
}

/// Whether a client may make a request.
public enum ProxyAdmission: Sendable {
    /// It may; these lines are added to the head of its answer, each with its CR LF.
    case admitted(fields: ByteBuffer)
    /// It may not, and is told so.
    case refused(@Sendable (CorrelationID) -> EdgeConfiguration.Answer)
    /// Somebody else is asked: called once, it calls back once, on any thread, with one of the two others.
    case pending(@Sendable (_ completion: @escaping @Sendable (ProxyAdmission) -> Void) -> Void)
}

/// What a proxy is told by whoever owns the listener.
public struct ProxyConfiguration: Sendable {
    /// The target of a request, whose places count from `bytes`, from a client with this address.
    public typealias Target =
        @Sendable (_ head: RequestHead, _ bytes: UnsafeRawBufferPointer, _ peer: String?) -> ProxyTarget?

    /// How long the head of an answer may take when the request can be tried at another replica.
    public static let attemptLimit = Duration.seconds(2)
    /// How long a new answer is waited for when an old one can be served: enough for a second replica to be asked.
    public static let stalePatience = Duration.seconds(3)
    /// How long connecting may take.
    public static let connectLimit = Duration.seconds(1)
    /// How long a connection to a replica is kept without a request; shorter than a listener keeps it.
    public static let idleLimit = Duration.seconds(60)
    /// How much of an answer is held back, in bytes, so that a replica that breaks off is not felt by the client.
    public static let heldBackBytes = 64 * 1024

    /// The target of a request, which has no body; nil for a request that is not for the proxy.
    public var target: Target
    /// Words a failure.
    public var fail: @Sendable (ProxyFailure, _ correlationID: CorrelationID) -> EdgeConfiguration.Answer
    /// Told of every request when it begins and when it is over.
    public var observer: any ProxyObserver
    /// Whole seconds since 1970.
    public var wallClock: @Sendable () -> Int
    /// Which of the traces that begin here are recorded.
    public var sampling: TraceSampling

    /// Creates a configuration.
    public init(
        target: @escaping Target,
        fail: @escaping @Sendable (ProxyFailure, CorrelationID) -> EdgeConfiguration.Answer,
        observer: any ProxyObserver,
        wallClock: @escaping @Sendable () -> Int,
        sampling: TraceSampling = .all
    ) {
        self.target = target
        self.fail = fail
        self.observer = observer
        self.wallClock = wallClock
        self.sampling = sampling
    }
}
