import Dispatch
import Synchronization

/// A point in a transaction that another thread learns of, or lets it pass.
final class Signpost: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let reached = Mutex(false)

    var isReached: Bool { reached.withLock { $0 } }

    func reach() {
        reached.withLock { $0 = true }
        semaphore.signal()
    }

    /// Blocks the thread, for ten seconds at most: what follows fails then.
    func wait() {
        _ = semaphore.wait(timeout: .now() + 10)
    }
}
