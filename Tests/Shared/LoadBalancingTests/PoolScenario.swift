import Discovery

@testable import LoadBalancing

/// A pool's state, round robin unless said otherwise, with a clock that the test moves.
struct PoolScenario {
    private(set) var state: PoolState
    private(set) var now = Duration.zero
    private var generator = PickGenerator(seed: 1)
    private var inFlight: [String: [Pick]] = [:]

    init(_ ids: [String], policy: any PickPolicy = RoundRobin(), ejection: EjectionPolicy = EjectionPolicy()) {
        state = PoolState(policy: policy, ejection: ejection)
        if !ids.isEmpty { replace(with: ids) }
    }

    mutating func advance(by duration: Duration) {
        now += duration
    }

    @discardableResult mutating func replace(with ids: [String]) -> [PoolState.Change] {
        replace(withEndpoints: ids.map { .named($0) })
    }

    @discardableResult mutating func replace(withEndpoints endpoints: [Endpoint]) -> [PoolState.Change] {
        state.replace(with: Set(endpoints), at: now)
    }

    @discardableResult mutating func tick() -> [PoolState.Change] {
        state.tick(at: now)
    }

    mutating func pick(excluding excluded: Set<String> = []) -> String? {
        guard let pick = state.pick(excluding: excluded, at: now, using: &generator) else { return nil }
        inFlight[pick.endpoint.id, default: []].append(pick)
        return pick.endpoint.id
    }

    mutating func picks(_ count: Int) -> [String?] {
        (0..<count).map { _ in pick() }
    }

    /// Ends the oldest call in flight to a replica, or one that is sent to it for the purpose.
    @discardableResult mutating func finish(
        _ id: String,
        as outcome: EndpointPool.Outcome,
        after latency: Duration? = nil,
        times: Int = 1
    ) -> [PoolState.Change] {
        (0..<times).flatMap { _ in
            if inFlight[id, default: []].isEmpty { _ = pick(excluding: Set(replicaIDs.filter { $0 != id })) }
            guard let call = inFlight[id]?.first else { return [PoolState.Change]() }
            inFlight[id]?.removeFirst()
            return state.finish(call, as: outcome, after: latency, at: now)
        }
    }

    /// Sends calls to a replica that ``finish(_:as:after:times:)`` does not end.
    mutating func hold(_ id: String, calls: Int) -> [Pick] {
        let others = Set(replicaIDs.filter { $0 != id })
        return (0..<calls).compactMap { _ in state.pick(excluding: others, at: now, using: &generator) }
    }

    mutating func end(_ call: Pick, as outcome: EndpointPool.Outcome) -> [PoolState.Change] {
        state.finish(call, as: outcome, at: now)
    }

    func replica(_ id: String) -> Replica? {
        state.replicas.first { $0.endpoint.id == id }
    }

    var replicaIDs: [String] {
        state.replicas.map(\.endpoint.id)
    }

    var ejected: [String] {
        state.replicas.filter(\.health.isEjected).map(\.endpoint.id)
    }

    func snapshot(_ id: String) -> ReplicaSnapshot? {
        PoolSnapshot(state, at: now).replicas.first { $0.endpoint.id == id }
    }
}

extension PoolState.Change {
    /// An ejection of a replica that is known by its name.
    static func ejected(_ id: String, _ seconds: Int, _ reason: EjectionReason = .consecutiveFailures) -> Self {
        .ejected(.named(id), for: .seconds(seconds), because: reason)
    }
}
