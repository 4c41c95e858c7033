import Discovery

@testable import LoadBalancing

/// Replicas as a policy sees them, set up by hand.
struct PolicyBench {
    static let picks = 100_000

    private var roster = Roster()
    private var policy: any PickPolicy
    private var generator: PickGenerator
    private(set) var now = Duration.zero

    /// Replicas with these loads and weights, named in this order.
    init(_ policy: any PickPolicy, loads: [Int], weights: [Int]? = nil, seed: UInt64) {
        self.init(policy, seed: seed)
        let endpoints = loads.indices.map { index in
            Endpoint.named(Self.name(index), weight: weights?[index] ?? 1)
        }
        _ = roster.change(to: Set(endpoints), at: .zero)
        for (slot, load) in loads.enumerated() { setLoad(load, of: slot) }
    }

    /// Replicas of these names, without load.
    init(_ policy: any PickPolicy, ids: [String] = [], seed: UInt64 = 1) {
        self.policy = policy
        generator = PickGenerator(seed: seed)
        replace(with: ids)
    }

    /// The name of the replica at a place; names are ordered like places.
    static func name(_ slot: Int) -> String {
        "replica-\(slot + 1000)"
    }

    mutating func replace(with ids: [String]) {
        _ = roster.change(to: Set(ids.map { .named($0) }), at: now)
    }

    mutating func replace(withEndpoints endpoints: [Endpoint]) {
        _ = roster.change(to: Set(endpoints), at: now)
    }

    mutating func setLoad(_ load: Int, of slot: Int) {
        for _ in 0..<roster.replicas[slot].outstanding { roster.endCall(in: slot) }
        for _ in 0..<load { roster.beginCall(in: slot) }
    }

    mutating func setLatency(_ latency: Duration, of slot: Int) {
        roster.replicas[slot].latency = PeakEWMA()
        roster.replicas[slot].latency.observe(latency.inSeconds, at: now)
    }

    mutating func eject(_ slot: Int) {
        _ = roster.replicas[slot].health.eject(at: now, under: EjectionPolicy())
        _ = roster.refresh()
    }

    mutating func takeBack(_ slot: Int) {
        roster.replicas[slot].health.takeBack(at: now)
        _ = roster.refresh()
    }

    mutating func advance(by duration: Duration) {
        now += duration
    }

    var loads: [Int] { roster.replicas.map(\.outstanding) }

    /// The name of the replica that the policy picks; the pick itself changes no load.
    mutating func pick(excluding excluded: Set<String> = [], for key: AffinityKey? = nil) -> String {
        roster.replicas[pickSlot(excluding: excluded, for: key)].endpoint.id
    }

    mutating func pickSlot(excluding excluded: Set<String> = [], for key: AffinityKey? = nil) -> Int {
        let usable = excluded.isEmpty ? roster.usable : roster.usable(excluding: excluded)
        let candidates = roster.candidates(usable, isNarrowed: !excluded.isEmpty, at: now)
        return candidates.slot(of: policy.pick(from: candidates, for: key, using: &generator))
    }

    /// Picks and leaves the call in flight.
    mutating func begin(for key: AffinityKey? = nil) -> Int {
        let slot = pickSlot(for: key)
        roster.beginCall(in: slot)
        return slot
    }

    mutating func end(_ slot: Int) {
        roster.endCall(in: slot)
    }

    /// How often each replica is picked in 100 000 picks.
    mutating func counts() -> [Int] {
        var counts = [Int](repeating: 0, count: roster.replicas.count)
        for _ in 0..<Self.picks { counts[pickSlot()] += 1 }
        return counts
    }
}
