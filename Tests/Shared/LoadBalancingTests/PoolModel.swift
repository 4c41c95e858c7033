import Discovery
import TestSupport

@testable import LoadBalancing

/// The pool's promises in plain words, kept per replica, without any rule for choosing.
struct PoolModel {
    struct Known {
        var inFlight = 0
        var failuresInARow = 0
        var ejections = 0
        var backAt: Duration?
        var hasProbe = false
    }

    private(set) var replicas: [Endpoint: Known] = [:]
    private(set) var emptyFrom: Duration?

    private var ejectedCount: Int { replicas.values.count { $0.backAt != nil } }

    /// Whom a call may go to; empty when nobody is known.
    func allowed(excluding excluded: Set<String>, at now: Duration) -> Set<Endpoint> {
        let all = Set(replicas.keys)
        let untried = all.filter { !excluded.contains($0.id) }
        let probes = untried.filter { endpoint in
            guard let known = replicas[endpoint], let back = known.backAt else { return false }
            return back <= now && !known.hasProbe
        }
        if !probes.isEmpty { return probes }
        let inUse = (all.count - ejectedCount) * 2 < all.count ? all : all.filter { replicas[$0]?.backAt == nil }
        return [inUse.intersection(untried), untried, inUse, all].first { !$0.isEmpty } ?? []
    }

    mutating func noteCall(to endpoint: Endpoint, excluding excluded: Set<String>, at now: Duration) {
        guard var known = replicas[endpoint] else { return }
        known.inFlight += 1
        if let back = known.backAt, back <= now, !excluded.contains(endpoint.id) { known.hasProbe = true }
        replicas[endpoint] = known
    }

    mutating func finish(
        _ endpoint: Endpoint,
        as outcome: EndpointPool.Outcome,
        at now: Duration
    ) -> [PoolState.Change] {
        guard var known = replicas[endpoint] else { return [] }
        let wasProbe = known.hasProbe
        known.hasProbe = false
        // A call from before the replica went and came back is not in this count.
        known.inFlight = max(0, known.inFlight - 1)
        defer { replicas[endpoint] = known }
        switch outcome {
        case .ignored: return []
        case .success:
            known.failuresInARow = 0
            guard known.backAt != nil else { return [] }
            known.backAt = nil
            return [.returned(endpoint)]
        case .failure:
            known.failuresInARow += 1
            let hasRoom = replicas.count > 1 && ejectedCount < max(1, replicas.count / 2)
            guard known.backAt == nil ? known.failuresInARow >= 5 && hasRoom : wasProbe else { return [] }
            known.ejections += 1
            let duration = Duration.seconds(min(300, 30 * known.ejections))
            known.backAt = now + duration
            return [.ejected(endpoint, for: duration)]
        }
    }

    mutating func replace(with set: Set<Endpoint>, at now: Duration) -> [PoolState.Change] {
        if set.isEmpty, !replicas.isEmpty {
            guard let start = emptyFrom else {
                emptyFrom = now
                return [.emptySetHeld]
            }
            return now - start < .seconds(60) ? [] : take([])
        }
        emptyFrom = nil
        return take(set)
    }

    mutating func expire(at now: Duration) -> [PoolState.Change] {
        guard let start = emptyFrom, now - start >= .seconds(60), !replicas.isEmpty else { return [] }
        return take([])
    }

    private mutating func take(_ set: Set<Endpoint>) -> [PoolState.Change] {
        let come = set.filter { replicas[$0] == nil }.sorted { $0.id < $1.id }
        let gone = replicas.keys.filter { !set.contains($0) }.sorted { $0.id < $1.id }
        for endpoint in gone { replicas[endpoint] = nil }
        for endpoint in come { replicas[endpoint] = Known() }
        return (come.isEmpty ? [] : [.replicasAdded(come)]) + (gone.isEmpty ? [] : [.replicasRemoved(gone)])
    }
}
