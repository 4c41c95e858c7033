import Dispatch

/// Holds the threads that wait at it until a test opens it.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Blocks the calling thread; for work on a ``HashingPool`` alone.
    func wait() {
        semaphore.wait()
    }

    /// Lets `count` threads pass.
    func open(for count: Int) {
        for _ in 0..<count { semaphore.signal() }
    }
}
