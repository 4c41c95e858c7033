import Synchronization

/// What is in force; another takes its place as a whole, and requests under way keep theirs.
final class Routing: Sendable {
    /// What the file of the routes makes of the gateway.
    final class Snapshot: Sendable {
        /// For requests that are looked at.
        let table: RouteTable
        /// For requests that are passed on.
        let proxied: ProxiedRoutes
        let limits: GatewayLimits
        /// nil when any number of requests may be in flight.
        let throttle: Throttle?
        let caches: AnswerCaches
        let experiments: Experiments

        init(
            table: RouteTable,
            proxied: ProxiedRoutes,
            limits: GatewayLimits,
            throttle: Throttle?,
            caches: AnswerCaches,
            experiments: Experiments
        ) {
            self.table = table
            self.proxied = proxied
            self.limits = limits
            self.throttle = throttle
            self.caches = caches
            self.experiments = experiments
        }
    }

    private let state: Mutex<Snapshot>

    init(_ snapshot: Snapshot) {
        state = Mutex(snapshot)
    }

    var current: Snapshot { state.withLock { $0 } }

    func replace(with snapshot: Snapshot) {
        state.withLock { $0 = snapshot }
    }
}
