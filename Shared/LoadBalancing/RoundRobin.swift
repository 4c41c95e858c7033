import Discovery

/// Each replica in turn, whatever its load and weight.
public struct RoundRobin: PickPolicy {
    private var lastID: String?
    private var lastSlot = 0
    private var setVersion = 0

    /// Creates a policy that starts with the first replica.
    public init() {}

    /// The replica after the one picked last, whoever has come or gone meanwhile.
    public mutating func pick(
        from candidates: Candidates,
        for _: AffinityKey?,
        using _: inout PickGenerator
    ) -> Int {
        let following = candidates.firstCandidate(fromSlot: nextSlot(in: candidates))
        let next = following < candidates.count ? following : 0
        lastSlot = candidates.slot(of: next)
        lastID = candidates.endpoint(of: next).id
        setVersion = candidates.setVersion
        return next
    }

    private func nextSlot(in candidates: Candidates) -> Int {
        guard let lastID else { return 0 }
        guard setVersion != candidates.setVersion else { return lastSlot + 1 }
        return candidates.firstSlot(afterID: lastID)
    }
}
