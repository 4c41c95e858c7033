import Discovery

/// Which sets of the registry to believe.
///
/// A set that is empty, or smaller than half of the last one believed, may be the registry's fault. For a minute it is
/// advisory: what it names is added at once, what it lacks is kept. After that it is believed, unless a larger one came.
struct SetLedger {
    /// How long a suspiciously small set is advisory.
    static let grace = Duration.seconds(60)

    enum Event: Equatable {
        /// A set became advisory.
        case held
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
        var since: Duration
        var latest: Set<Endpoint>
    }

    private(set) var heardAt: Duration?
    private var believed: Set<Endpoint> = []
    private var held: Held?

    /// Whether an advisory set is waiting for the end of its grace.
    var isHolding: Bool { held != nil }

    /// Notes that the registry still says what it said last.
    mutating func confirm(at now: Duration) {
        if heardAt != nil { heardAt = now }
    }

    mutating func take(_ set: Set<Endpoint>, at now: Duration) -> Verdict {
        heardAt = now
        guard set.count * 2 < believed.count else {
            let event: Event? = held == nil ? nil : .recovered
            return believe(set, event)
        }
        guard let since = held?.since else {
            held = Held(since: now, latest: set)
            return Verdict(target: union(with: set), event: .held)
        }
        held = Held(since: since, latest: set)
        return expire(at: now) ?? Verdict(target: union(with: set), event: nil)
    }

    /// What follows from the end of a grace; nil when none has ended.
    mutating func expire(at now: Duration) -> Verdict? {
        guard let held, now - held.since >= Self.grace else { return nil }
        return believe(held.latest, .believed)
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
