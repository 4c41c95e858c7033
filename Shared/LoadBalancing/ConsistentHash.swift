import Discovery

/// The replica that a call's key belongs to, or one of the next on the ring when that one is too busy.
///
/// Consistent hashing with bounded loads (V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent Hashing with Bounded
/// Loads", SODA 2018): a replica may have ``loadFactor`` times its share of the calls in flight, rounded up. Every
/// replica has points on a ring in proportion to its weight; a key belongs to the first point behind it. A replica that
/// comes or goes moves its own share of the keys and no other. One that is ejected keeps its points, so that its keys
/// come back with it. A call without a key goes to a random point.
///
/// The ring is sorted anew only when the set changes; a pick is a binary search, and a few steps more under load.
public struct ConsistentHash: PickPolicy {
    /// How many times its share of the calls in flight a replica may have.
    public static let loadFactor = 1.25
    /// Points on the ring for each unit of weight; more spread the keys more evenly.
    public static let pointsPerWeight = 100
    /// The weight above which a replica gets no more points, so that the ring stays small.
    public static let maximumWeight = 100

    private struct Point {
        var hash: UInt64
        var slot: Int
    }

    private var ring: [Point] = []
    private var setVersion: Int?

    /// Creates a policy.
    public init() {}

    /// The first replica with room from the key's place on.
    public mutating func pick(
        from candidates: Candidates,
        for key: AffinityKey?,
        using generator: inout PickGenerator
    ) -> Int {
        if setVersion != candidates.setVersion { rebuild(for: candidates) }
        let start = firstPoint(from: key?.hash ?? generator.next())
        var nearest: Int?
        for step in 0..<ring.count {
            let index = start + step
            let slot = ring[index < ring.count ? index : index - ring.count].slot
            guard let candidate = candidates.candidate(atSlot: slot) else { continue }
            if hasRoom(candidate, in: candidates) { return candidate }
            nearest = nearest ?? candidate
        }
        return nearest ?? 0
    }

    /// Whether one more call leaves the candidate within its bound: ⌈factor × calls × weight ÷ weights⌉.
    private func hasRoom(_ candidate: Int, in candidates: Candidates) -> Bool {
        let share = Double(candidates.weight(of: candidate)) / Double(candidates.totalWeight)
        let bound = (Self.loadFactor * Double(candidates.totalOutstanding + 1) * share).rounded(.up)
        return Double(candidates.outstanding(of: candidate) + 1) <= bound
    }

    /// The first point at `hash` or behind it, round the end.
    private func firstPoint(from hash: UInt64) -> Int {
        var low = 0
        var high = ring.count
        while low < high {
            let middle = (low + high) / 2
            if ring[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        return low < ring.count ? low : 0
    }

    private mutating func rebuild(for candidates: Candidates) {
        setVersion = candidates.setVersion
        ring = []
        for slot in 0..<candidates.setCount {
            let endpoint = candidates.endpoint(atSlot: slot)
            var generator = PickGenerator(seed: AffinityKey.hash(endpoint.id))
            for _ in 0..<(Self.pointsPerWeight * min(Self.maximumWeight, max(1, endpoint.weight))) {
                ring.append(Point(hash: generator.next(), slot: slot))
            }
        }
        ring.sort { ($0.hash, $0.slot) < ($1.hash, $1.slot) }
    }
}
