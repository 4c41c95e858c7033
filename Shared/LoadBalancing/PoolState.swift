import Discovery

/// The replicas of one service and what is known of each: no clock, no lock, no I/O.
struct PoolState {
    private(set) var ledger = SetLedger()
    let ejection: EjectionPolicy
    /// How a replica is chosen; what is known of the replicas does not depend on it.
    var policy: any PickPolicy
    private var roster = Roster()
    /// What calls take that succeed, whichever replica answers.
    private var typicalLatency = PeakEWMA()

    init(policy: any PickPolicy, ejection: EjectionPolicy) {
        self.policy = policy
        self.ejection = ejection
    }

    /// The known replicas, ordered by ID.
    var replicas: [Replica] { roster.replicas }

    /// Whether fewer than half of the replicas are in use, so that all are used.
    var isPanicking: Bool { roster.isPanicking }

    var ejectedCount: Int { roster.ejectedCount }

    var hasSeenSet: Bool { ledger.heardAt != nil }

    // MARK: The set

    /// Takes a new set; replicas that stay keep their counters.
    mutating func replace(with endpoints: Set<Endpoint>, at now: Duration) -> [Change] {
        let verdict = ledger.take(endpoints, at: now, isAnswered: isAnswered(at: now))
        let missing = verdict.target.subtracting(endpoints).sorted { $0.id < $1.id }
        return event(of: verdict, missing: missing) + roster.change(to: verdict.target, at: now)
    }

    /// Notes that the registry still says what it said last.
    mutating func confirmSet(at now: Duration) {
        ledger.confirm(at: now)
    }

    /// Does what time alone brings: the end of a held set's grace, and of probes that nobody finished.
    mutating func tick(at now: Duration) -> [Change] {
        var changes: [Change] = []
        if let verdict = ledger.expire(at: now, isAnswered: isAnswered(at: now)) {
            changes += event(of: verdict, missing: []) + roster.change(to: verdict.target, at: now)
        }
        guard roster.ejectedCount > 0 else { return changes }
        for slot in roster.replicas.indices {
            guard let sentAt = roster.replicas[slot].health.probeSentAt, now - sentAt >= EjectionPolicy.probeLimit
            else { continue }
            changes += eject(slot, because: .probe, at: now)
        }
        return changes
    }

    /// Whether a replica answers, as far as calls tell; looked at while a set is held only.
    private func isAnswered(at now: Duration) -> Bool {
        ledger.isHolding && roster.replicas.contains { !$0.health.seemsGone(at: now, under: ejection) }
    }

    private func event(of verdict: SetLedger.Verdict, missing: [Endpoint]) -> [Change] {
        switch verdict.event {
        case nil: []
        case .held: [.setHeld(missing: missing)]
        case .prolonged: [.heldSetProlonged]
        case .recovered: [.heldSetRecovered]
        case .believed: [.heldSetBelieved]
        }
    }

    // MARK: Calls

    /// Chooses a replica and counts the call as outstanding; nil when there is none.
    ///
    /// Passes over `excluded` and over ejected replicas as long as others are left. Under panic ejection means nothing:
    /// when most replicas seem to fail, the few others would only fail next.
    mutating func pick(
        excluding excluded: Set<String> = [],
        for key: AffinityKey? = nil,
        at now: Duration,
        using generator: inout PickGenerator
    ) -> Pick? {
        if let slot = roster.slotDueForProbe(excluding: excluded, at: now) {
            roster.replicas[slot].health.sendProbe(at: now)
            roster.refreshNextProbe()
            return begin(slot, isProbe: true, at: now)
        }
        guard !roster.replicas.isEmpty else { return nil }
        return begin(choose(excluding: excluded, for: key, at: now, using: &generator), isProbe: false, at: now)
    }

    /// Takes the outcome of a call that ``pick(excluding:for:at:using:)`` gave out.
    ///
    /// - Parameters:
    ///   - pick: The call.
    ///   - outcome: How it ended.
    ///   - latency: How long it took; see ``EndpointPool/finish(_:as:after:)``.
    ///   - now: The time.
    /// - Returns: What follows.
    mutating func finish(
        _ pick: Pick,
        as outcome: EndpointPool.Outcome,
        after latency: Duration? = nil,
        at now: Duration
    ) -> [Change] {
        if let slot = roster.slot(of: pick) { roster.endCall(in: slot) }
        return settle(pick, as: outcome, after: latency, at: now)
    }

    /// Takes the outcome of a call that goes on; it ends with an outcome of its own, ``EndpointPool/Outcome/ignored``
    /// when there is nothing to add.
    mutating func settle(
        _ pick: Pick,
        as outcome: EndpointPool.Outcome,
        after latency: Duration?,
        at now: Duration
    ) -> [Change] {
        guard let slot = roster.slot(of: pick) else { return [] }
        observe(outcome, lasting: latency, of: pick, in: slot, at: now)
        // Whether somebody is there is said by every call, whenever it was sent.
        roster.replicas[slot].health.notePresence(in: outcome, at: now)
        guard pick.epoch == roster.replicas[slot].health.epoch else { return [] }
        if pick.isProbe { return finishProbe(in: slot, as: outcome, at: now) }
        guard !roster.replicas[slot].health.isEjected else { return [] }
        switch outcome {
        case .ignored, .overloaded: return []
        case .success:
            roster.replicas[slot].health.recordSuccess(at: now)
            return []
        case .failure, .errorAnswer:
            guard let reason = roster.replicas[slot].health.recordFailure(at: now, under: ejection),
                roster.ejectedCount < ejection.maximumEjected(of: roster.replicas.count)
            else { return [] }
            return eject(slot, because: reason, at: now)
        }
    }

    /// Asks the policy; the views that it is given are gone on return, so that no later change copies the replicas.
    private mutating func choose(
        excluding excluded: Set<String>,
        for key: AffinityKey?,
        at now: Duration,
        using generator: inout PickGenerator
    ) -> Int {
        var usable = excluded.isEmpty ? roster.usable : roster.usable(excluding: excluded)
        var isNarrowed = !excluded.isEmpty
        while true {
            let candidates = roster.candidates(usable, isNarrowed: isNarrowed, at: now)
            let slot = candidates.slot(of: policy.pick(from: candidates, for: key, using: &generator))
            guard now < roster.slowStartsEndAt, candidates.count > 1 else { return slot }
            // The candidate with the largest share stands always, which ends the loop.
            let full = usable.slots.reduce(0) { max($0, roster.replicas[$1].share(at: now)) }
            let share = roster.replicas[slot].share(at: now)
            guard share < full, generator.unit() >= share / full else { return slot }
            usable = UsableSlots(usable.slots.filter { $0 != slot }, of: roster.replicas)
            isNarrowed = true
        }
    }

    private mutating func begin(_ slot: Int, isProbe: Bool, at now: Duration) -> Pick {
        roster.beginCall(in: slot)
        return Pick(
            endpoint: roster.replicas[slot].endpoint,
            isProbe: isProbe,
            isPanic: roster.isPanicking,
            serial: roster.replicas[slot].serial,
            slot: slot,
            epoch: roster.replicas[slot].health.epoch,
            startedAt: now
        )
    }

    private mutating func observe(
        _ outcome: EndpointPool.Outcome,
        lasting latency: Duration?,
        of pick: Pick,
        in slot: Int,
        at now: Duration
    ) {
        let seconds = max(.zero, latency ?? now - pick.startedAt).inSeconds
        switch outcome {
        case .ignored, .overloaded:
            guard latency != nil else { return }
            roster.replicas[slot].latency.observeAtLeast(seconds, at: now)
        case .success:
            roster.replicas[slot].latency.observe(seconds, at: now)
            typicalLatency.blend(seconds, at: now)
        case .failure, .errorAnswer:
            let typical = typicalLatency.value(at: now) ?? 0
            roster.replicas[slot].latency.observeFailure(after: seconds, typical: typical, at: now)
        }
    }

    private mutating func finishProbe(in slot: Int, as outcome: EndpointPool.Outcome, at now: Duration) -> [Change] {
        switch outcome {
        case .ignored, .overloaded:
            roster.replicas[slot].health.withdrawProbe()
            roster.refreshNextProbe()
            return []
        case .success:
            roster.replicas[slot].health.takeBack(at: now)
            roster.startSlowly(slot, at: now)
            return [.returned(roster.replicas[slot].endpoint)] + roster.refresh()
        case .failure, .errorAnswer:
            return eject(slot, because: .probe, at: now)
        }
    }

    private mutating func eject(_ slot: Int, because reason: EjectionReason, at now: Duration) -> [Change] {
        let duration = roster.replicas[slot].health.eject(at: now, under: ejection)
        return [.ejected(roster.replicas[slot].endpoint, for: duration, because: reason)] + roster.refresh()
    }
}
