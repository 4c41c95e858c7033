import Discovery
import HTTPEdge
import HTTPProxy
import HTTPTypes
import LoadBalancing
import NIOCore
import NIOPosix
import Resilience
import Synchronization
import TestSupport

/// A proxy on a free loopback port before replicas that a test has written, and what it wrote down.
final class ProxyScope: ProxyObserver {
    private struct Notes {
        var began: [String] = []
        var ended: [ProxyOutcome] = []
        var attempts = 0
        var retries = 0
        var hedges: [ProxyHedge] = []
        var refusals: [ProxyRefusal] = []
    }

    /// What a target may have and need not.
    struct Parts {
        var lifetime: ResponseLifetime?
        /// Where other proxies keep answers too.
        var store: (any ResponseStore)?
        var bulkhead: Int?
        var variant: ProxyVariant?
        /// That of requests with a field `X-Other`.
        var otherVariant: ProxyVariant?
        /// The latency from which on a request is hedged.
        var hedgesAfter: Duration?
        var retries = RetryBudget()
        /// The time of the pool, where it is not the true one.
        var poolTime: ManualTime?
    }

    let pool: EndpointPool
    private let notes = Mutex(Notes())
    private let listener = Mutex<(any Channel)?>(nil)
    private let deadline: Duration
    private let parts: Parts
    let responses = ProxyCache.Responses(from: ContinuousClock().now)
    let bulkhead: SharedBulkhead?
    let breaker = SharedCircuitBreaker(from: ContinuousClock().now)
    let concurrency: SharedConcurrencyLimit

    init(_ endpoints: [Endpoint], deadline: Duration, limit: Int, parts: Parts) {
        self.parts = parts
        bulkhead = parts.bulkhead.map { SharedBulkhead(limit: $0) }
        var policy = AdaptiveConcurrencyPolicy()
        (policy.initialLimit, policy.minimumLimit, policy.maximumLimit) = (limit, limit, limit)
        concurrency = SharedConcurrencyLimit(policy: policy, from: ContinuousClock().now)
        let clock = ContinuousClock()
        let start = clock.now
        pool = EndpointPool(
            service: ServiceName(known: "search"),
            policy: RoundRobin(),
            generator: SystemRandomNumberGenerator(),
            now: { [poolTime = parts.poolTime] in poolTime?.now ?? start.duration(to: clock.now) }
        )
        pool.replace(with: Set(endpoints))
        self.deadline = deadline
    }

    var outcomes: [ProxyOutcome] { notes.withLock { $0.ended } }
    var attempts: Int { notes.withLock { $0.attempts } }
    var retries: Int { notes.withLock { $0.retries } }
    /// Calls that replicas have in hand.
    var outstanding: Int { pool.snapshot.reduce(0) { $0 + $1.outstanding } }

    func began(_ request: ProxiedRequest) {
        let line = "\(request.path) \(request.correlationID) \(request.traceID) \(request.spanID)"
        notes.withLock { $0.began.append(line) }
    }

    func ended(_ request: ProxiedRequest, with outcome: ProxyOutcome) { notes.withLock { $0.ended.append(outcome) } }
    func attempted(_ target: ProxyTarget, taking duration: Duration) { notes.withLock { $0.attempts += 1 } }
    func refused(_ target: ProxyTarget, _ refusal: ProxyRefusal) { notes.withLock { $0.refusals.append(refusal) } }
    var refusals: [ProxyRefusal] { notes.withLock { $0.refusals } }
    func retries(_ request: ProxiedRequest, attempt: Int) { notes.withLock { $0.retries += 1 } }
    func hedges(_ request: ProxiedRequest, _ step: ProxyHedge) { notes.withLock { $0.hedges.append(step) } }
    var hedges: [ProxyHedge] { notes.withLock { $0.hedges } }
    var begun: [String] { notes.withLock { $0.began } }

    private var configuration: ProxyConfiguration {
        let now = ContinuousClock().now
        let budget = SharedRetryBudget(parts.retries, from: now)
        let hedges = parts.hedgesAfter.map { latency in
            let hedges = SharedHedge(
                budget: budget,
                latencies: LatencyQuantile(window: .seconds(600), minimumSamples: 1)
            )
            hedges.record(latency, at: now)
            return hedges
        }
        let targets = [parts.variant, parts.otherVariant].map { variant in
            ProxyTarget(
                route: "/things",
                upstream: ProxyUpstream(
                    pool: pool,
                    budget: budget,
                    breaker: breaker,
                    bulkhead: bulkhead,
                    hedges: hedges
                ),
                deadline: deadline,
                concurrency: concurrency,
                cache: parts.lifetime.map { lifetime in
                    ProxyCache(
                        responses,
                        lifetime: lifetime,
                        shared: parts.store.map { SharedAnswers($0, name: "things") }
                    )
                },
                variant: variant
            )
        }
        return ProxyConfiguration(
            target: { head, bytes, _ in
                guard head.method == .get else { return nil }
                return targets[String(decoding: bytes, as: UTF8.self).contains("X-Other") ? 1 : 0]
            },
            fail: { failure, id in
                let status: HTTPResponse.Status = failure == .deadlineExceeded ? .gatewayTimeout : .serviceUnavailable
                return .init(head: HTTPResponse(status: status), body: ByteBuffer(string: "\(failure) \(id)"))
            },
            observer: self,
            wallClock: { 784_111_777 }
        )
    }

    private func start() async throws -> Int {
        let proxy = configuration
        let edge = EdgeConfiguration(
            limits: EdgeLimits(),
            isStream: { _, _ in false },
            refuse: { refusal, _, _ in
                .init(head: HTTPResponse(status: refusal.status), body: ByteBuffer())
            }
        )
        let loops = LoopLocal { ProxyLoop(configuration: proxy, eventLoop: $0) }
        let tickers = LoopLocal { EdgeTicker(eventLoop: $0) }
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = EdgeConnectionHandler(
                        configuration: edge,
                        ticker: tickers.value(on: channel.eventLoop),
                        shortcut: loops.value(on: channel.eventLoop).makeExchange()
                    )
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        listener.withLock { $0 = channel }
        return channel.localAddress?.port ?? 0
    }

    private func stop() async throws {
        try await listener.withLock { $0 }?.close()
    }

    /// Runs `body` with a proxy before these replicas, and the port that it listens on.
    static func with(
        _ replicas: [RawReplica],
        missing: [Endpoint] = [],
        deadline: Duration = .seconds(10),
        limit: Int = 1000,
        parts: Parts = Parts(),
        _ body: (ProxyScope, Int) async throws -> Void
    ) async throws {
        var endpoints = missing
        for replica in replicas { endpoints.append(try await replica.start()) }
        let scope = ProxyScope(endpoints, deadline: deadline, limit: limit, parts: parts)
        let port = try await scope.start()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(scope, port))
        } catch {
            result = .failure(error)
        }
        try await scope.stop()
        for replica in replicas { try await replica.stop() }
        try result.get()
    }
}
