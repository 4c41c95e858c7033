import FoundationEssentials

/// The IDs of messages that are done, so that none of them comes back.
struct RememberedIDs: Sendable {
    private let capacity: Int
    private var times: [String: Date] = [:]
    private var order: [String] = []
    /// How many at the beginning of the order are forgotten: an array gives up its first one at the price of all.
    private var forgotten = 0

    /// Remembers no more than this many; the oldest are forgotten for the latest.
    init(capacity: Int) {
        self.capacity = capacity
    }

    func contains(_ id: String) -> Bool { times[id] != nil }

    mutating func remember(_ id: String, at time: Date) {
        times[id] = time
        order.append(id)
        if times.count > capacity { forgetOldest() }
    }

    /// Forgets what was done before `time`.
    mutating func forget(before time: Date) {
        while forgotten < order.count, let oldest = times[order[forgotten]], oldest < time { forgetOldest() }
    }

    private mutating func forgetOldest() {
        times[order[forgotten]] = nil
        forgotten += 1
        guard forgotten > order.count / 2 else { return }
        order.removeFirst(forgotten)
        forgotten = 0
    }
}
