import Discovery

/// Which sets of the registry to believe.
///
/// A set that is empty, or smaller than half of the last one believed, may be the registry's fault. For a minute it is
/// advisory: what it names is added at once, what it lacks is kept. After that it is believed, unless a larger one came.
/// Where it is empty, replicas that answer know better: all are kept for a quarter of an hour, or until none answers.
struct SetLedger {
    /// How long a suspiciously small set is advisory.
    static let grace = Duration.seconds(60)
    /// How long replicas are kept of which some answer, although the registry has none.
    static let longestGrace = Duration.seconds(900)

    /// How long replicas that the registry took away are remembered.
    ///
    /// Leases that nobody can renew end one by one, and all but the last would be gone when the set is empty. They end
    /// over a third of a lease, since each is renewed after a third of it: ten seconds are enough for one of up to 27 s.
    static let memory = Duration.seconds(10)

    enum Event: Equatable {
        /// A set became advisory.
        case held
        /// The grace is over, and an empty set is still not believed, since replicas answer.
        case prolonged
        /// A set of credible size ended the time in which a small one was advisory.
        case recovered
        /// A set is still small after the grace and is believed.
        case believed
    }

    /// What follows from a set, or from time.
    struct Verdict {
        var target: Set<Endpoint>
        var event: Event?
    }

    private struct Held {
        /// When the first of these small sets came.
        var since: Duration
        /// When the grace began: anew with the first replica that comes back, since the others may follow.
        var graceSince: Duration
        var latest: Set<Endpoint>
        var isProlonged = false
    }

    private(set) var heardAt: Duration?
    private var believed: Set<Endpoint> = []
    private var held: Held?
    /// What the registry took away although it was believed, and when.
    private var left: [Replica.Identity: (endpoint: Endpoint, at: Duration)] = [:]

    /// Whether an advisory set is waiting for the end of its grace.
    var isHolding: Bool { held != nil }

    /// Notes that the registry still says what it said last.
    mutating func confirm(at now: Duration) {
        if heardAt != nil { heardAt = now }
    }

    /// Takes a set.
    ///
    /// - Parameters:
    ///   - set: What the registry says.
    ///   - now: The time.
    ///   - isAnswered: Whether a replica answers that the registry may lack.
    /// - Returns: What follows.
    mutating func take(_ set: Set<Endpoint>, at now: Duration, isAnswered: Bool) -> Verdict {
        heardAt = now
        guard set.count * 2 < believed.count else {
            remember(believed.subtracting(set), at: now)
            return believe(set, held == nil ? nil : .recovered)
        }
        guard var held else {
            if set.isEmpty { recall(at: now) }
            held = Held(since: now, graceSince: now, latest: set)
            return Verdict(target: union(with: set), event: .held)
        }
        if set.isEmpty, !held.latest.isEmpty {
            // They leave in this moment, also those that are no older than the small set that named them.
            remember(held.latest, at: now)
            recall(at: now)
        }
        if held.latest.isEmpty, !set.isEmpty { held.graceSince = now }
        held.latest = set
        self.held = held
        return expire(at: now, isAnswered: isAnswered) ?? Verdict(target: union(with: set), event: nil)
    }

    /// What follows from the end of a grace; nil when none has ended.
    mutating func expire(at now: Duration, isAnswered: Bool) -> Verdict? {
        guard let held else { return nil }
        // Where somebody is registered again, the others have their minute whenever that was.
        let isOver = held.latest.isEmpty && now - held.since >= Self.longestGrace
        guard isOver || now - held.graceSince >= Self.grace else { return nil }
        guard !isOver, isAnswered, held.latest.isEmpty else { return believe(held.latest, .believed) }
        guard !held.isProlonged else { return nil }
        self.held?.isProlonged = true
        return Verdict(target: believed, event: .prolonged)
    }

    private mutating func remember(_ endpoints: Set<Endpoint>, at now: Duration) {
        left = left.filter { now - $0.value.at < Self.memory }
        for endpoint in endpoints { left[Replica.Identity(endpoint)] = (endpoint, now) }
    }

    /// Takes those back that left a moment before the last one did.
    private mutating func recall(at now: Duration) {
        for endpoint in believed { left[Replica.Identity(endpoint)] = nil }
        for (endpoint, time) in left.values where now - time < Self.memory { believed.insert(endpoint) }
        left = [:]
    }

    private mutating func believe(_ set: Set<Endpoint>, _ event: Event?) -> Verdict {
        believed = set
        held = nil
        return Verdict(target: set, event: event)
    }

    /// The believed set and the advisory one; where both name a replica, as the advisory one has it.
    private func union(with set: Set<Endpoint>) -> Set<Endpoint> {
        let named = Set(set.map(Replica.Identity.init))
        return set.union(believed.filter { !named.contains(Replica.Identity($0)) })
    }
}
