import Discovery

/// The replicas of one service and what is known of each: no clock, no lock, no I/O.
struct PoolState {
    /// How long a set that became empty at once is taken for the registry's fault.
    static let emptySetGrace = Duration.seconds(60)

    enum Change: Equatable {
        case replicasAdded([Endpoint])
        case replicasRemoved([Endpoint])
        case emptySetHeld
        case ejected(Endpoint, for: Duration)
        case returned(Endpoint)
    }

    struct Replica {
        var endpoint: Endpoint
        var outstanding = 0
        var consecutiveFailures = 0
        var ejections = 0
        var ejectedUntil: Duration?
        /// The single call that tests an ejected replica whose time is over.
        var isProbing = false
    }

    private(set) var replicas: [Replica] = []
    private(set) var hasSeenSet = false

    /// Whether fewer than half of the replicas are in use, so that all are used.
    var isPanicking: Bool {
        replicas.count { $0.ejectedUntil == nil } * 2 < replicas.count
    }

    private var emptySince: Duration?
    private var policy: any PickPolicy
    private let ejection: EjectionPolicy

    init(policy: any PickPolicy, ejection: EjectionPolicy) {
        self.policy = policy
        self.ejection = ejection
    }

    /// Takes a new set; replicas that stay keep their counters.
    mutating func replace(with endpoints: Set<Endpoint>, at now: Duration) -> [Change] {
        hasSeenSet = true
        guard !endpoints.isEmpty || replicas.isEmpty else {
            guard let emptySince else {
                emptySince = now
                return [.emptySetHeld]
            }
            guard now - emptySince >= Self.emptySetGrace else { return [] }
            return apply([])
        }
        emptySince = nil
        return apply(endpoints)
    }

    /// Drops the held set once the grace of an empty one is over.
    mutating func expireHeldSet(at now: Duration) -> [Change] {
        guard let emptySince, now - emptySince >= Self.emptySetGrace, !replicas.isEmpty else { return [] }
        return apply([])
    }

    /// Chooses a replica and counts the call as outstanding; nil when there is none.
    ///
    /// Passes over `excluded` and over ejected replicas as long as others are left. Under panic ejection means nothing:
    /// when most replicas seem to fail, the few others would only fail next.
    mutating func pick(
        excluding excluded: Set<String>,
        at now: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Endpoint? {
        if let probe = replicas.firstIndex(where: { isDueForProbe($0, at: now) && !excluded.contains($0.endpoint.id) })
        {
            replicas[probe].isProbing = true
            replicas[probe].outstanding += 1
            return replicas[probe].endpoint
        }
        let isPanicking = isPanicking
        let healthy = replicas.indices.filter { isPanicking || replicas[$0].ejectedUntil == nil }
        let fresh = healthy.filter { !excluded.contains(replicas[$0].endpoint.id) }
        let untried = replicas.indices.filter { !excluded.contains(replicas[$0].endpoint.id) }
        guard let usable = [fresh, untried, healthy, Array(replicas.indices)].first(where: { !$0.isEmpty }) else {
            return nil
        }
        let candidates = usable.map {
            Candidate(endpoint: replicas[$0].endpoint, outstanding: replicas[$0].outstanding)
        }
        let index = usable[policy.pick(from: candidates, using: &generator)]
        replicas[index].outstanding += 1
        return replicas[index].endpoint
    }

    /// Takes the outcome of a call that ``pick(excluding:at:using:)`` gave out.
    mutating func finish(_ endpoint: Endpoint, as outcome: EndpointPool.Outcome, at now: Duration) -> [Change] {
        guard let index = replicas.firstIndex(where: { $0.endpoint == endpoint }) else { return [] }
        replicas[index].outstanding = max(0, replicas[index].outstanding - 1)
        let wasProbing = replicas[index].isProbing
        replicas[index].isProbing = false
        switch outcome {
        case .ignored:
            return []
        case .success:
            replicas[index].consecutiveFailures = 0
            guard replicas[index].ejectedUntil != nil else { return [] }
            replicas[index].ejectedUntil = nil
            return [.returned(endpoint)]
        case .failure:
            replicas[index].consecutiveFailures += 1
            return eject(index, wasProbing: wasProbing, at: now)
        }
    }

    private mutating func eject(_ index: Int, wasProbing: Bool, at now: Duration) -> [Change] {
        if replicas[index].ejectedUntil != nil {
            guard wasProbing else { return [] }
        } else {
            let ejected = replicas.count { $0.ejectedUntil != nil }
            guard replicas[index].consecutiveFailures >= ejection.consecutiveFailures,
                ejected < ejection.maximumEjected(of: replicas.count)
            else { return [] }
        }
        replicas[index].ejections += 1
        let duration = ejection.duration(ofEjection: replicas[index].ejections)
        replicas[index].ejectedUntil = now + duration
        return [.ejected(replicas[index].endpoint, for: duration)]
    }

    private func isDueForProbe(_ replica: Replica, at now: Duration) -> Bool {
        guard let until = replica.ejectedUntil else { return false }
        return until <= now && !replica.isProbing
    }

    private mutating func apply(_ endpoints: Set<Endpoint>) -> [Change] {
        let removed = replicas.map(\.endpoint).filter { !endpoints.contains($0) }
        let known = Set(replicas.map(\.endpoint))
        let added = endpoints.subtracting(known).sorted { $0.id < $1.id }
        replicas.removeAll { !endpoints.contains($0.endpoint) }
        replicas += added.map { Replica(endpoint: $0) }
        replicas.sort { $0.endpoint.id < $1.endpoint.id }
        var changes: [Change] = []
        if !added.isEmpty { changes.append(.replicasAdded(added)) }
        if !removed.isEmpty { changes.append(.replicasRemoved(removed)) }
        return changes
    }
}
