import NIOPosix

/// A thread of its own for an actor whose work blocks.
///
/// The cooperative pool's threads are for what does not wait. A job that runs here is still its task's: task-local
/// values and cancellation are what they were.
final class ThreadExecutor: SerialExecutor {
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// Starts the thread.
    init() {
        thread.start()
    }

    deinit {
        thread.shutdownGracefully { _ in }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The thread is there for as long as this is, and work keeps this.
        thread.submit { _ in job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
