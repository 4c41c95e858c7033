import Synchronization

/// Counts who is inside, from any thread.
final class Tally: Sendable {
    private let count = Mutex((now: 0, most: 0))

    /// How many are inside.
    var now: Int { count.withLock { $0.now } }

    /// How many were inside at once at most.
    var most: Int { count.withLock { $0.most } }

    func enter() {
        count.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
    }

    func leave() {
        count.withLock { $0.now -= 1 }
    }
}
