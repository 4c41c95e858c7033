public import Discovery

/// The replicas that a policy may choose from for one call, numbered from 0 and ordered by ID.
///
/// A view that copies nothing. Two version numbers let a policy keep what it derives: ``setVersion`` changes with the
/// replicas that are known and their weights, ``version`` also with those among them that are in use.
public struct Candidates: Sendable {
    /// What a replica costs when no replica has been heard of: any constant, since all cost the same then.
    static let unknownLatency = 1.0
    /// What a replica costs at least: an average that has faded below a microsecond is forgotten, so that between two of
    /// them calls in flight decide.
    static let leastLatency = 1e-6

    private let replicas: [Replica]
    private let slots: [Int]
    private let now: Duration

    /// Changes whenever a replica comes, goes, is ejected or returns.
    public let version: Int
    /// Changes whenever a replica comes, goes or has another weight.
    public let setVersion: Int
    /// Whether replicas in use are left out for this call, or others added: then the view is not that of ``version``.
    public let isNarrowed: Bool
    /// Calls in flight to all candidates.
    public let totalOutstanding: Int
    /// The sum of the candidates' weights.
    public let totalWeight: Int

    init(
        replicas: [Replica],
        usable: UsableSlots,
        version: Int,
        setVersion: Int,
        isNarrowed: Bool,
        now: Duration
    ) {
        self.replicas = replicas
        self.slots = usable.slots
        self.version = version
        self.setVersion = setVersion
        self.isNarrowed = isNarrowed
        totalOutstanding = usable.outstanding
        totalWeight = usable.weight
        self.now = now
    }

    /// How many there are; at least one.
    public var count: Int { slots.count }

    /// The candidate itself.
    public func endpoint(of candidate: Int) -> Endpoint {
        replicas[slots[candidate]].endpoint
    }

    /// Calls that were sent to the candidate and are not finished, from this process.
    public func outstanding(of candidate: Int) -> Int {
        replicas[slots[candidate]].outstanding
    }

    /// The candidate's weight, at least 1.
    public func weight(of candidate: Int) -> Int {
        max(1, replicas[slots[candidate]].endpoint.weight)
    }

    /// How slow the candidate is, in seconds, as a peak-sensitive average that fades with the time since its last call.
    ///
    /// A replica that no call has come back from counts as slow as the mean of those that are known, so that it is
    /// neither flooded nor shunned; when none is known, all count the same.
    public func latency(of candidate: Int) -> Double {
        max(Self.leastLatency, replicas[slots[candidate]].latency.value(at: now) ?? neutralLatency)
    }

    /// The mean of the candidate's latencies, in seconds; like ``latency(of:)`` without regard to peaks.
    public func meanLatency(of candidate: Int) -> Double {
        max(Self.leastLatency, replicas[slots[candidate]].latency.meanValue(at: now) ?? neutralLatency)
    }

    // MARK: The whole set

    /// How many replicas are known, whether candidates or not.
    public var setCount: Int { replicas.count }

    /// The known replica at a place, counted from 0 and ordered by ID.
    public func endpoint(atSlot slot: Int) -> Endpoint {
        replicas[slot].endpoint
    }

    /// The candidate's place among the known replicas.
    public func slot(of candidate: Int) -> Int {
        slots[candidate]
    }

    /// The candidate at a place among the known replicas; nil when that replica is none.
    public func candidate(atSlot slot: Int) -> Int? {
        let candidate = firstCandidate(fromSlot: slot)
        return candidate < count && slots[candidate] == slot ? candidate : nil
    }

    /// The first candidate at this place or behind it; ``count`` when there is none.
    public func firstCandidate(fromSlot slot: Int) -> Int {
        if count == setCount { return min(slot, count) }
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle] < slot { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The place of the first known replica whose ID is behind this one; ``setCount`` when there is none.
    public func firstSlot(afterID id: String) -> Int {
        var low = 0
        var high = setCount
        while low < high {
            let middle = (low + high) / 2
            if replicas[middle].endpoint.id <= id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The candidate of this ID; nil when there is none.
    public func candidate(withID id: String) -> Int? {
        let slot = firstSlot(afterID: id) - 1
        guard slot >= 0, replicas[slot].endpoint.id == id else { return nil }
        return candidate(atSlot: slot)
    }

    private var neutralLatency: Double {
        var sum = 0.0
        var known = 0
        for replica in replicas {
            guard let value = replica.latency.value(at: now) else { continue }
            sum += value
            known += 1
        }
        return known == 0 ? Self.unknownLatency : sum / Double(known)
    }
}
