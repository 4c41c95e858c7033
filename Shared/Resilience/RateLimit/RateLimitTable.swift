/// The rate limit of many keys under one policy, for a bounded number of keys.
///
/// When the table is full, a new key takes the place of one that has expired, whose whole burst is there again and of
/// which nothing is lost, or else of the one with the oldest theoretical arrival time, which is nearest to that. A flood
/// of keys with one call each therefore drives out its own keys, and never that of a client that has used its burst up.
///
/// Each call costs constant time, amortised. Two expired keys are forgotten with each call, so that addresses do not
/// stay in memory for long after their last call.
public struct RateLimitTable<Key: Hashable & Sendable>: Sendable {
    /// How many keys are held unless told otherwise; about 100 bytes each, with short keys.
    public static var defaultMaximumKeys: Int { 50_000 }
    /// How many expired keys are forgotten with each call.
    static var forgottenPerCall: Int { 2 }

    /// The policy of all keys.
    public let policy: RateLimitPolicy
    /// How many keys are held at most.
    public let maximumKeys: Int

    private var slots: [Key: Int] = [:]
    /// The key of each slot, nil in a free one.
    private var keys: [Key?] = []
    private var states: [GCRA] = []
    private var wheel: ArrivalWheel
    private var latest = Duration.zero

    /// Creates an empty table; less than one key is taken as one.
    public init(policy: RateLimitPolicy, maximumKeys: Int = Self.defaultMaximumKeys) {
        self.policy = policy
        self.maximumKeys = max(1, maximumKeys)
        wheel = ArrivalWheel(span: policy.capacity)
    }

    /// How many keys are held, in 0...`maximumKeys`.
    public var count: Int { slots.count }

    /// Decides about a call and counts it if it is admitted.
    ///
    /// - Parameters:
    ///   - key: Whose call it is.
    ///   - time: Time since any fixed moment, not negative; a time before the latest one counts as the latest.
    /// - Returns: The decision; a denied call is not counted.
    public mutating func admit(_ key: Key, at time: Duration) -> RateLimitDecision {
        latest = max(latest, time)
        wheel.advance(to: policy.ticks(latest))
        for _ in 0..<Self.forgottenPerCall {
            guard let slot = wheel.releaseExpired() else { break }
            forget(slot)
        }
        // A new key's call is always admitted, which puts its slot into the wheel.
        let slot = slots[key] ?? makeSlot(for: key)
        let decision = states[slot].admit(at: latest, under: policy)
        if decision.isAdmitted { wheel.place(slot, arrival: states[slot].arrival) }
        return decision
    }

    /// The decision that ``admit(_:at:)`` would return, with nothing counted.
    ///
    /// It serves a call that is under several limits: it is counted under all of them or under none.
    public func preview(_ key: Key, at time: Duration) -> RateLimitDecision {
        let state = slots[key].map { states[$0] } ?? GCRA()
        return state.preview(at: max(latest, time), under: policy)
    }

    private mutating func makeSlot(for key: Key) -> Int {
        if slots.count >= maximumKeys, let oldest = wheel.releaseOldest() { forget(oldest) }
        let slot = wheel.makeSlot()
        if slot == keys.count {
            keys.append(key)
            states.append(GCRA())
        } else {
            keys[slot] = key
            states[slot] = GCRA()
        }
        slots[key] = slot
        return slot
    }

    private mutating func forget(_ slot: Int) {
        guard let key = keys[slot] else { return }
        slots[key] = nil
        keys[slot] = nil
    }
}
