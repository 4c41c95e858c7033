import Discovery
import TestSupport

@testable import LoadBalancing

/// A pool's state under round robin, with a clock that the test moves.
struct PoolScenario {
    private(set) var state: PoolState
    private(set) var now = Duration.zero
    private var generator = SeededGenerator(seed: 1)

    init(_ ids: [String], ejection: EjectionPolicy = EjectionPolicy()) {
        state = PoolState(policy: RoundRobin(), ejection: ejection)
        if !ids.isEmpty { replace(with: ids) }
    }

    mutating func advance(by duration: Duration) {
        now += duration
    }

    @discardableResult mutating func replace(with ids: [String]) -> [PoolState.Change] {
        state.replace(with: Set(ids.map(Endpoint.named)), at: now)
    }

    mutating func expireHeldSet() -> [PoolState.Change] {
        state.expireHeldSet(at: now)
    }

    mutating func pick(excluding excluded: Set<String> = []) -> String? {
        state.pick(excluding: excluded, at: now, using: &generator)?.id
    }

    mutating func picks(_ count: Int) -> [String?] {
        (0..<count).map { _ in pick() }
    }

    @discardableResult mutating func finish(
        _ id: String,
        as outcome: EndpointPool.Outcome,
        times: Int = 1
    ) -> [PoolState.Change] {
        (0..<times).flatMap { _ in state.finish(.named(id), as: outcome, at: now) }
    }

    func replica(_ id: String) -> PoolState.Replica? {
        state.replicas.first { $0.endpoint.id == id }
    }

    var ejected: [String] {
        state.replicas.filter { $0.ejectedUntil != nil }.map(\.endpoint.id)
    }
}
