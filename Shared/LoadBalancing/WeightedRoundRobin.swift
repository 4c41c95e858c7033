import Discovery

/// Each replica in turn, as often as its weight says, and spread as evenly as that allows.
///
/// Earliest deadline first: a replica's turns are due at intervals of 1 ÷ weight, the first after half an interval, and
/// the turn that is due earliest is next. A pick costs O(log n).
public struct WeightedRoundRobin: PickPolicy {
    private struct Turn {
        var due: Double
        var slot: Int
        var interval: Double
        var id: String

        func isBefore(_ other: Turn) -> Bool {
            (due, interval, slot) < (other.due, other.interval, other.slot)
        }
    }

    /// A heap with the turn that is due earliest at the top.
    private var turns: [Turn] = []
    private var version: Int?
    private var clock = 0.0

    /// Creates a policy.
    public init() {}

    /// The replica whose turn is due.
    public mutating func pick(
        from candidates: Candidates,
        for _: AffinityKey?,
        using _: inout PickGenerator
    ) -> Int {
        guard !candidates.isNarrowed else { return pickNarrowed(from: candidates) }
        if version != candidates.version { rebuild(for: candidates) }
        return candidates.candidate(atSlot: take(0)) ?? 0
    }

    /// The earliest turn among those that one call may have; the others keep theirs.
    private mutating func pickNarrowed(from candidates: Candidates) -> Int {
        var earliest: (turn: Int, candidate: Int)?
        for index in turns.indices {
            guard let candidate = candidates.candidate(withID: turns[index].id) else { continue }
            if let earliest, !turns[index].isBefore(turns[earliest.turn]) { continue }
            earliest = (index, candidate)
        }
        // Nobody has a turn when all candidates are in use for this call alone.
        guard let earliest else { return 0 }
        take(earliest.turn)
        return earliest.candidate
    }

    /// Uses a turn up; gives its slot.
    @discardableResult private mutating func take(_ index: Int) -> Int {
        let slot = turns[index].slot
        clock = max(clock, turns[index].due)
        turns[index].due += turns[index].interval
        siftDown(from: index)
        return slot
    }

    /// Starts over with those in use; who was there before keeps its turn, even if that is due already.
    private mutating func rebuild(for candidates: Candidates) {
        let kept = Dictionary(turns.map { ($0.id, $0.due) }) { first, _ in first }
        version = candidates.version
        turns = (0..<candidates.count).map { candidate in
            let id = candidates.endpoint(of: candidate).id
            let interval = 1 / Double(candidates.weight(of: candidate))
            let slot = candidates.slot(of: candidate)
            return Turn(due: kept[id] ?? clock + interval / 2, slot: slot, interval: interval, id: id)
        }
        for index in stride(from: turns.count / 2 - 1, through: 0, by: -1) { siftDown(from: index) }
    }

    private mutating func siftDown(from index: Int) {
        var parent = index
        while true {
            var first = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < turns.count {
                if turns[child].isBefore(turns[first]) { first = child }
            }
            guard first != parent else { return }
            turns.swapAt(parent, first)
            parent = first
        }
    }
}
