import Discovery

/// The known replicas of a service, and what follows from all of them together.
///
/// Whoever ejects a replica or takes one back calls ``refresh()``, whoever begins or withdraws a probe
/// ``refreshNextProbe()``. What else a pick needs is kept up to date call by call, so that no pick looks at every replica
/// while all are in use.
struct Roster {
    /// The replicas, ordered by ID.
    var replicas: [Replica] = []
    /// Those that calls may go to: the ones in use, or all of them under panic.
    private(set) var usable = UsableSlots([], of: [])
    /// Whether fewer than half of the replicas are in use.
    private(set) var isPanicking = false
    private(set) var ejectedCount = 0
    /// The earliest time at which a replica may be probed; nil when none waits for it.
    private(set) var nextProbeAt: Duration?
    /// When the last slow start that is running will be over.
    private(set) var slowStartsEndAt = Duration.zero
    private var version = 0
    private var setVersion = 0
    private var lastSerial = 0

    /// Takes another set; replicas that stay keep their counters, even with another weight.
    mutating func change(to endpoints: Set<Endpoint>, at now: Duration) -> [PoolState.Change] {
        // A set that names a replica twice is the registry's fault; the larger weight is as good as the other.
        let named = Dictionary(endpoints.map { (Replica.Identity($0), $0) }) { $0.weight < $1.weight ? $1 : $0 }
        let reweighted = reweigh(by: named)
        let removed = replicas.map(\.endpoint).filter { named[Replica.Identity($0)] == nil }
        let known = Set(replicas.map { Replica.Identity($0.endpoint) })
        let added = named.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
        guard !(added.isEmpty && removed.isEmpty && reweighted.isEmpty) else { return [] }
        add(added, at: now)
        replicas.removeAll { named[Replica.Identity($0.endpoint)] == nil }
        replicas.sort { Replica.Identity($0.endpoint) < Replica.Identity($1.endpoint) }
        setVersion += 1
        let changes: [PoolState.Change?] = [
            added.isEmpty ? nil : .replicasAdded(added),
            removed.isEmpty ? nil : .replicasRemoved(removed),
            reweighted.isEmpty ? nil : .weightsChanged(reweighted),
        ]
        return changes.compactMap(\.self) + refresh()
    }

    private mutating func reweigh(by named: [Replica.Identity: Endpoint]) -> [Endpoint] {
        replicas.indices.compactMap { slot in
            guard let endpoint = named[Replica.Identity(replicas[slot].endpoint)], endpoint != replicas[slot].endpoint
            else { return nil }
            replicas[slot].endpoint = endpoint
            return endpoint
        }
    }

    /// Adds replicas that start slowly, but for those of the first set: they are new to this process only.
    private mutating func add(_ endpoints: [Endpoint], at now: Duration) {
        let isFirstSet = replicas.isEmpty
        for endpoint in endpoints {
            lastSerial += 1
            replicas.append(Replica(endpoint, serial: lastSerial))
            if !isFirstSet { startSlowly(replicas.count - 1, at: now) }
        }
    }

    /// Recounts who is in use; gives the beginning or the end of a panic.
    mutating func refresh() -> [PoolState.Change] {
        let inUse = replicas.indices.filter { !replicas[$0].health.isEjected }
        let wasPanicking = isPanicking
        isPanicking = inUse.count * 2 < replicas.count
        ejectedCount = replicas.count - inUse.count
        usable = UsableSlots(isPanicking ? Array(replicas.indices) : inUse, of: replicas)
        version += 1
        refreshNextProbe()
        guard isPanicking != wasPanicking else { return [] }
        return [isPanicking ? .panicStarted : .panicEnded]
    }

    /// Finds out anew when the next probe is due.
    mutating func refreshNextProbe() {
        nextProbeAt = replicas.lazy.compactMap(\.health.probeDueAt).min()
    }

    /// Lets a replica's traffic grow from its initial share.
    mutating func startSlowly(_ slot: Int, at now: Duration) {
        replicas[slot].slowStartedAt = now
        slowStartsEndAt = now + SlowStart.length
    }

    // MARK: Calls

    /// Counts a call that begins.
    mutating func beginCall(in slot: Int) {
        replicas[slot].outstanding += 1
        if isUsable(slot) { usable.countCall(1) }
    }

    /// Counts a call that ended.
    mutating func endCall(in slot: Int) {
        guard replicas[slot].outstanding > 0 else { return }
        replicas[slot].outstanding -= 1
        if isUsable(slot) { usable.countCall(-1) }
    }

    /// A replica whose probe is due at `now`.
    func slotDueForProbe(excluding excluded: Set<String>, at now: Duration) -> Int? {
        guard let nextProbeAt, nextProbeAt <= now else { return nil }
        return replicas.firstIndex { replica in
            guard let due = replica.health.probeDueAt else { return false }
            return due <= now && !excluded.contains(replica.endpoint.id)
        }
    }

    /// The place of the replica that a call went to; nil when it was removed.
    func slot(of pick: Pick) -> Int? {
        if pick.slot < replicas.count, replicas[pick.slot].serial == pick.serial { return pick.slot }
        return replicas.firstIndex { $0.serial == pick.serial }
    }

    /// Those for a call that has tried some already: the ones in use, else those ejected, else the tried ones.
    func usable(excluding excluded: Set<String>) -> UsableSlots {
        let fresh = usable.slots.filter { !excluded.contains(replicas[$0].endpoint.id) }
        if !fresh.isEmpty { return UsableSlots(fresh, of: replicas) }
        let untried = replicas.indices.filter { !excluded.contains(replicas[$0].endpoint.id) }
        return untried.isEmpty ? usable : UsableSlots(untried, of: replicas)
    }

    /// What a policy sees of these replicas.
    func candidates(_ slots: UsableSlots, isNarrowed: Bool, at now: Duration) -> Candidates {
        Candidates(
            replicas: replicas,
            usable: slots,
            version: version,
            setVersion: setVersion,
            isNarrowed: isNarrowed,
            now: now
        )
    }

    private func isUsable(_ slot: Int) -> Bool {
        isPanicking || !replicas[slot].health.isEjected
    }
}
