import Metrics

/// The metrics of one pool, each with the service's name as its only label unless it says otherwise.
///
/// - `clowder_pool_replicas`, `clowder_pool_ejected_replicas`: gauges of the set.
/// - `clowder_pool_panicking`, `clowder_pool_set_held`: 1 while it is so, else 0.
/// - `clowder_pool_set_age_seconds`: how long ago the registry was heard; absent until it was.
/// - `clowder_pool_ejections_total`: by `reason`.
/// - `clowder_pool_returns_total`, `clowder_pool_probes_total`, `clowder_pool_panic_picks_total`: counters.
struct PoolMetrics: Sendable {
    /// What the gauges show at one moment.
    struct Gauges {
        var replicas: Int
        var ejectedReplicas: Int
        var isPanicking: Bool
        var isHoldingSet: Bool
        var setAge: Duration?

        init(_ state: PoolState, at now: Duration) {
            replicas = state.replicas.count
            ejectedReplicas = state.ejectedCount
            isPanicking = state.isPanicking
            isHoldingSet = state.ledger.isHolding
            setAge = state.ledger.heardAt.map { max(.zero, now - $0) }
        }
    }

    private let factory: any MetricsFactory
    private let labels: [(String, String)]
    private let replicas: Gauge
    private let ejectedReplicas: Gauge
    private let panicking: Gauge
    private let setHeld: Gauge
    private let returns: Counter
    private let probes: Counter
    private let panicPicks: Counter

    init(service: String, factory: any MetricsFactory) {
        let labels = [("service", service)]
        func gauge(_ name: String) -> Gauge {
            Gauge(label: "clowder_pool_\(name)", dimensions: labels, factory: factory)
        }
        func counter(_ name: String) -> Counter {
            Counter(label: "clowder_pool_\(name)_total", dimensions: labels, factory: factory)
        }
        self.factory = factory
        self.labels = labels
        replicas = gauge("replicas")
        ejectedReplicas = gauge("ejected_replicas")
        panicking = gauge("panicking")
        setHeld = gauge("set_held")
        returns = counter("returns")
        probes = counter("probes")
        panicPicks = counter("panic_picks")
    }

    /// Counts what is special about a pick, which usually is nothing.
    func record(_ pick: Pick) {
        if pick.isProbe { probes.increment() }
        if pick.isPanic { panicPicks.increment() }
    }

    func record(_ change: PoolState.Change) {
        switch change {
        case .ejected(_, _, let reason):
            Counter(
                label: "clowder_pool_ejections_total",
                dimensions: labels + [("reason", reason.rawValue)],
                factory: factory
            ).increment()
        case .returned: returns.increment()
        default: break
        }
    }

    func record(_ gauges: Gauges) {
        replicas.record(gauges.replicas)
        ejectedReplicas.record(gauges.ejectedReplicas)
        panicking.record(gauges.isPanicking ? 1 : 0)
        setHeld.record(gauges.isHoldingSet ? 1 : 0)
        guard let age = gauges.setAge else { return }
        Gauge(label: "clowder_pool_set_age_seconds", dimensions: labels, factory: factory).record(age.inSeconds)
    }
}
