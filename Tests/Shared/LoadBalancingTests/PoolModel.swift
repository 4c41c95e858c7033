import Discovery

@testable import LoadBalancing

/// The pool's promises in plain words: whole histories instead of counters, and no rule for choosing.
struct PoolModel {
    /// A call that was sent; the number tells it from all others.
    struct Call {
        var number: Int
        var replica: Int
        var sentAt: Duration
        var sentInStep: Int
    }

    struct Known {
        var endpoint: Endpoint
        var number: Int
        var arrivedAt: Duration?
        /// Outcomes since the last return, with their times.
        var outcomes: [(at: Duration, isSuccess: Bool)] = []
        var failuresInARow = 0
        var ejections = 0
        var inUseSince = Duration.zero
        var backAt: Duration?
        /// The step of the last ejection or return: calls sent before say nothing about what came after.
        var turnedInStep = 0
        var probe: Call?
        /// What came of all calls since it is known, but for those that say nothing of who is there.
        var answers: [(at: Duration, isAnswer: Bool)] = []
    }

    private(set) var known: [String: Known] = [:]
    private(set) var calls: [Int: Call] = [:]
    private var step = 0
    private var arrivals = 0
    private var lastBelieved: Set<Endpoint> = []
    private var advisory: Advisory?
    /// Every replica that a credible set took away, with the time, until a set was empty.
    private var departures: [(endpoint: Endpoint, at: Duration)] = []

    private struct Advisory {
        var since: Duration
        var graceSince: Duration
        var set: Set<Endpoint>
        var isProlonged = false
    }

    private var all: [Known] { known.values.sorted { $0.endpoint.id < $1.endpoint.id } }
    private var ejectedCount: Int { all.count { $0.backAt != nil } }
    var isPanicking: Bool { (all.count - ejectedCount) * 2 < all.count }

    // MARK: Calls

    /// Whom a call may go to, and whether it is a probe; nobody when nobody is known.
    mutating func allowed(excluding excluded: Set<String>, at now: Duration) -> (ids: Set<String>, isProbe: Bool) {
        step += 1
        let untried = all.filter { !excluded.contains($0.endpoint.id) }
        let due = untried.filter { $0.backAt.map { $0 <= now } == true && $0.probe == nil }
        if !due.isEmpty { return (Set(due.map(\.endpoint.id)), true) }
        let inUse = isPanicking ? all : all.filter { $0.backAt == nil }
        let untriedInUse = inUse.filter { !excluded.contains($0.endpoint.id) }
        let choice = [untriedInUse, untried, inUse].first { !$0.isEmpty } ?? []
        return (Set(choice.map(\.endpoint.id)), false)
    }

    mutating func begin(_ number: Int, to id: String, isProbe: Bool, at now: Duration) {
        guard let replica = known[id] else { return }
        let call = Call(number: number, replica: replica.number, sentAt: now, sentInStep: step)
        calls[number] = call
        if isProbe { known[id]?.probe = call }
    }

    func inFlight(to id: String) -> Int {
        calls.values.count { $0.replica == known[id]?.number }
    }

    mutating func finish(_ number: Int, as outcome: EndpointPool.Outcome, at now: Duration) -> [PoolState.Change] {
        step += 1
        guard let call = calls.removeValue(forKey: number) else { return [] }
        guard let id = known.first(where: { $0.value.number == call.replica })?.key, var replica = known[id] else {
            return []
        }
        if outcome != .ignored {
            replica.answers.append((now, outcome != .failure))
            known[id] = replica
        }
        guard call.sentInStep > replica.turnedInStep else { return [] }
        let isFailure = outcome == .failure || outcome == .errorAnswer
        if replica.backAt != nil {
            guard replica.probe?.number == number else { return [] }
            switch outcome {
            case .ignored, .overloaded:
                known[id]?.probe = nil
                return []
            case .success: return takeBack(id, at: now)
            case .failure, .errorAnswer: return eject(id, because: .probe, at: now)
            }
        }
        guard outcome == .success || isFailure else { return [] }
        replica.outcomes.append((now, outcome == .success))
        replica.failuresInARow = outcome == .success ? 0 : replica.failuresInARow + 1
        known[id] = replica
        let hasRoom = all.count > 1 && ejectedCount < max(1, all.count / 2)
        guard isFailure, hasRoom else { return [] }
        if replica.failuresInARow >= 5 { return eject(id, because: .consecutiveFailures, at: now) }
        let recent = recentOutcomes(of: id, at: now)
        guard recent.count >= 5, recent.count(where: \.self) * 5 < recent.count * 4 else { return [] }
        return eject(id, because: .successRate, at: now)
    }

    /// Outcomes of the running slice of three seconds and the nine before it.
    func recentOutcomes(of id: String, at now: Duration) -> [Bool] {
        let slice = now.components.seconds / 3
        return known[id]?.outcomes.filter { $0.at.components.seconds / 3 > slice - 10 }.map(\.isSuccess) ?? []
    }

    /// Ejections that still make the next one longer: one less for every five minutes in use.
    func countedEjections(of id: String, at now: Duration) -> Int {
        guard let replica = known[id] else { return 0 }
        guard replica.backAt == nil else { return replica.ejections }
        var counted = replica.ejections
        var time = replica.inUseSince + .seconds(300)
        while counted > 0, time <= now {
            counted -= 1
            time += .seconds(300)
        }
        return counted
    }

    private mutating func eject(_ id: String, because reason: EjectionReason, at now: Duration) -> [PoolState.Change] {
        guard let endpoint = known[id]?.endpoint else { return [] }
        let number = countedEjections(of: id, at: now) + 1
        let duration = Duration.seconds(min(300, 30 * number))
        return changingPanic { model in
            model.known[id]?.ejections = number
            model.known[id]?.backAt = now + duration
            model.known[id]?.turnedInStep = model.step
            model.known[id]?.probe = nil
            return [.ejected(endpoint, for: duration, because: reason)]
        }
    }

    private mutating func takeBack(_ id: String, at now: Duration) -> [PoolState.Change] {
        guard let endpoint = known[id]?.endpoint else { return [] }
        return changingPanic { model in
            model.known[id]?.backAt = nil
            model.known[id]?.probe = nil
            model.known[id]?.turnedInStep = model.step
            model.known[id]?.outcomes = []
            model.known[id]?.failuresInARow = 0
            model.known[id]?.inUseSince = now
            model.known[id]?.arrivedAt = now
            return [.returned(endpoint)]
        }
    }

    private mutating func changingPanic(
        _ change: (inout PoolModel) -> [PoolState.Change]
    ) -> [PoolState.Change] {
        let before = isPanicking
        let changes = change(&self)
        return changes + (before == isPanicking ? [] : [isPanicking ? .panicStarted : .panicEnded])
    }

    // MARK: Sets and time

    mutating func replace(with set: Set<Endpoint>, at now: Duration) -> [PoolState.Change] {
        step += 1
        let isDoubtful = set.isEmpty ? !lastBelieved.isEmpty : set.count < (lastBelieved.count + 1) / 2
        guard isDoubtful else {
            let recovered: [PoolState.Change] = advisory == nil ? [] : [.heldSetRecovered]
            departures += lastBelieved.subtracting(set).map { ($0, now) }
            return recovered + believe(set, at: now)
        }
        let named = advisory?.set ?? lastBelieved
        if set.isEmpty, !named.isEmpty { takeBackTheDeparted(at: now, beside: named) }
        guard let before = advisory else {
            advisory = Advisory(since: now, graceSince: now, set: set)
            let ids = Set(set.map(\.id))
            let missing = lastBelieved.filter { !ids.contains($0.id) }.sorted { $0.id < $1.id }
            return [.setHeld(missing: missing)] + take(withBelieved(set), at: now)
        }
        if before.set.isEmpty, !set.isEmpty { advisory?.graceSince = now }
        advisory?.set = set
        return endGrace(at: now) ?? take(withBelieved(set), at: now)
    }

    /// The registry has named somebody until now, and names nobody: whoever it named within ten seconds is believed in.
    private mutating func takeBackTheDeparted(at now: Duration, beside named: Set<Endpoint>) {
        let recent = departures.filter { now < $0.at + .seconds(10) }.map(\.endpoint)
        for endpoint in Array(named) + recent.reversed() {
            if !lastBelieved.contains(where: { $0.id == endpoint.id }) { lastBelieved.insert(endpoint) }
        }
        departures = []
    }

    mutating func tick(at now: Duration) -> [PoolState.Change] {
        step += 1
        var changes = endGrace(at: now) ?? []
        for replica in all {
            guard let probe = replica.probe, now >= probe.sentAt + .seconds(30) else { continue }
            changes += eject(replica.endpoint.id, because: .probe, at: now)
        }
        return changes
    }

    /// What the end of a grace brings; nil when none has ended.
    private mutating func endGrace(at now: Duration) -> [PoolState.Change]? {
        guard let advisory else { return nil }
        let isOver = advisory.set.isEmpty && now >= advisory.since + .seconds(900)
        guard isOver || now >= advisory.graceSince + .seconds(60) else { return nil }
        let isAnswered = all.contains { mayBeThere($0, at: now) }
        guard !isOver, advisory.set.isEmpty, isAnswered else {
            return [.heldSetBelieved] + believe(advisory.set, at: now)
        }
        guard !advisory.isProlonged else { return nil }
        self.advisory?.isProlonged = true
        return [.heldSetProlonged] + take(lastBelieved, at: now)
    }

    /// Whether a replica has answered within a minute, or too few calls in a row have found nobody.
    private func mayBeThere(_ replica: Known, at now: Duration) -> Bool {
        if let last = replica.answers.last(where: \.isAnswer), now < last.at + .seconds(60) { return true }
        let silent = replica.answers.reversed().prefix { !$0.isAnswer }.count
        return silent < (replica.backAt == nil ? 5 : 1)
    }

    private mutating func believe(_ set: Set<Endpoint>, at now: Duration) -> [PoolState.Change] {
        advisory = nil
        lastBelieved = set
        return take(set, at: now)
    }

    private func withBelieved(_ set: Set<Endpoint>) -> Set<Endpoint> {
        set.union(lastBelieved.filter { endpoint in !set.contains { $0.id == endpoint.id } })
    }

    private mutating func take(_ set: Set<Endpoint>, at now: Duration) -> [PoolState.Change] {
        let come = set.filter { known[$0.id] == nil }.sorted { $0.id < $1.id }
        let gone = all.map(\.endpoint).filter { endpoint in !set.contains { $0.id == endpoint.id } }
        let changed = set.filter { known[$0.id].map(\.endpoint) ?? $0 != $0 }.sorted { $0.id < $1.id }
        let isFirst = known.isEmpty
        return changingPanic { model in
            for endpoint in changed { model.known[endpoint.id]?.endpoint = endpoint }
            for endpoint in gone { model.known[endpoint.id] = nil }
            for endpoint in come {
                model.arrivals += 1
                let number = model.arrivals
                model.known[endpoint.id] = Known(endpoint: endpoint, number: number, arrivedAt: isFirst ? nil : now)
            }
            return (come.isEmpty ? [] : [.replicasAdded(come)]) + (gone.isEmpty ? [] : [.replicasRemoved(gone)])
                + (changed.isEmpty ? [] : [.weightsChanged(changed)])
        }
    }
}
