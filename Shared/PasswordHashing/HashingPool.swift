import NIOPosix
import Synchronization

/// A fixed number of threads for work that burns processor time, with a bounded queue before them.
///
/// Hashing never runs on the cooperative pool, where it would hold up every request; and work beyond the queue's end is
/// refused at once, since an answer that comes after the caller's deadline helps nobody.
public final class HashingPool: Sendable {
    /// How many calls may wait for each thread, unless configured otherwise.
    public static let defaultQueuePerThread = 16

    private let threads: NIOThreadPool
    private let limit: Int
    private let admitted = Mutex(0)

    /// The number of threads for a machine: one core is left to everything else.
    public static func defaultThreadCount(cores: Int) -> Int {
        max(1, cores - 1)
    }

    /// Creates a pool and starts its threads.
    ///
    /// - Parameters:
    ///   - threadCount: How many calls run at once, at least 1.
    ///   - queueLength: How many more may wait.
    public init(threadCount: Int, queueLength: Int) {
        threads = NIOThreadPool(numberOfThreads: threadCount)
        threads.start()
        limit = threadCount + queueLength
    }

    /// Runs `work` on one of the threads; cancellation takes it out of the queue.
    ///
    /// - Throws: ``PasswordHashingError/Code/overloaded`` at once when the queue is full; otherwise what `work` threw.
    public func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        let isAdmitted = admitted.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            throw PasswordHashingError(.overloaded, "\(limit) password checks are running or waiting")
        }
        defer { admitted.withLock { $0 -= 1 } }
        return try await threads.runIfActive(work)
    }

    /// Ends the threads after the work in hand.
    public func shutdown() async throws {
        try await threads.shutdownGracefully()
    }
}
