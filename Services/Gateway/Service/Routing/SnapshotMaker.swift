import LoadBalancing
import Logging
import Resilience
import ServiceClient
import ServiceRuntime

/// Makes of a file what requests are answered by; what the file before said too goes on with what it knows.
struct SnapshotMaker: Sendable {
    /// How many requests may be in flight before anything is known of their latency.
    static let initialInFlight = 400
    /// A latency that nobody has to be protected from.
    static let negligibleLatency = Duration.milliseconds(50)

    let access: AccessGuard
    let connections: ServiceConnections
    let counters: LimitCounters
    /// Where gateways share answers; nil for nowhere.
    var answers: (any ResponseStore)?
    let clock: ContinuousClock
    let start: ContinuousClock.Instant
    let logger: Logger

    func make(_ contents: RoutesFile.Contents, after previous: Routing.Snapshot? = nil) -> Routing.Snapshot {
        apply(contents.upstreams, to: contents)
        let limits = GatewayLimits(contents.limits, countedIn: counters)
        let throttle = throttle(contents.maximumInFlight, after: previous?.throttle)
        let caches = AnswerCaches(
            contents.caches,
            after: previous?.caches,
            sharedIn: answers,
            from: start
        )
        let experiments = Experiments(contents.experiments)
        return Routing.Snapshot(
            table: RouteTable(contents.routes),
            proxied: ProxiedRoutes(
                contents,
                access: access,
                connections: connections,
                limits: limits,
                concurrency: throttle?.limit,
                caches: caches,
                experiments: experiments
            ),
            limits: limits,
            throttle: throttle,
            caches: caches,
            experiments: experiments
        )
    }

    private func apply(_ upstreams: [UpstreamSetting], to contents: RoutesFile.Contents) {
        for service in contents.services {
            let setting = upstreams.first { $0.service == service } ?? UpstreamSetting(service: service)
            let client = connections.client(for: service)
            client.bulkhead.setLimit(setting.bulkhead)
            client.pool.use(setting.balancing.policy)
        }
    }

    private func throttle(_ maximum: Int, after previous: Throttle?) -> Throttle? {
        guard maximum > 0, let policy = Self.concurrency(maximum) else { return nil }
        if let previous, previous.limit.policy == policy { return previous }
        let journal = ConcurrencyJournal(limit: policy.initialLimit, logger: logger)
        let limit = SharedConcurrencyLimit(policy: policy, from: start, onChange: journal.record)
        return Throttle(limit: limit, clock: clock)
    }

    /// The policy for so many requests at most; nil for any number.
    static func concurrency(_ maximum: Int) -> AdaptiveConcurrencyPolicy? {
        guard maximum > 0 else { return nil }
        var policy = AdaptiveConcurrencyPolicy()
        policy.initialLimit = min(initialInFlight, maximum)
        policy.minimumLimit = min(policy.minimumLimit, maximum)
        policy.maximumLimit = maximum
        policy.negligibleLatency = negligibleLatency
        return policy
    }
}
