import Discovery

/// The places of the replicas that calls may go to, with their sums.
struct UsableSlots {
    private(set) var slots: [Int]
    private(set) var outstanding = 0
    private(set) var weight = 0

    init(_ slots: [Int], of replicas: [Replica]) {
        self.slots = slots
        for slot in slots {
            outstanding += replicas[slot].outstanding
            weight += max(1, replicas[slot].endpoint.weight)
        }
    }

    /// Follows the beginning or the end of a call to one of these replicas.
    mutating func countCall(_ difference: Int) {
        outstanding += difference
    }
}
