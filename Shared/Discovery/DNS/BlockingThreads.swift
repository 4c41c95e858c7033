import CResolver
import Synchronization

/// A bounded number of threads for calls that block, outside the cooperative pool, which they would hold up.
///
/// A thread is started when there is work for it and ends when there is none, so that nothing has to be shut down.
final class BlockingThreads: Sendable {
    /// Why a call was not made, or not waited for.
    enum Refusal: Error, Hashable, Sendable {
        /// All threads are busy and the queue is full, or the system gives no thread.
        case overloaded
        /// The caller was cancelled; a call that had begun goes on, and what it returns is dropped.
        case cancelled
    }

    /// Starts a thread that runs the body; false when the system gives none.
    typealias Starter = @Sendable (_ body: @escaping @Sendable () -> Void) -> Bool

    private final class Job: Sendable {
        let work: @Sendable () -> Void
        let refuse: @Sendable () -> Void

        init(work: @escaping @Sendable () -> Void, refuse: @escaping @Sendable () -> Void) {
            self.work = work
            self.refuse = refuse
        }
    }

    private struct State {
        var running = 0
        var waiting: [Job] = []
    }

    private enum Admission {
        case needsThread
        case waits
        case refused
    }

    private let threadLimit: Int
    private let waitingLimit: Int
    private let startThread: Starter
    private let state = Mutex(State())

    /// Creates the bounds.
    ///
    /// - Parameters:
    ///   - threadLimit: How many calls run at once, at least 1.
    ///   - waitingLimit: How many more may wait.
    ///   - startThread: The source of threads.
    init(threadLimit: Int, waitingLimit: Int, startThread: @escaping Starter = BlockingThreads.startDetachedThread) {
        self.threadLimit = threadLimit
        self.waitingLimit = waitingLimit
        self.startThread = startThread
    }

    /// How many threads there are.
    var running: Int { state.withLock(\.running) }

    /// How many calls wait for a thread.
    var waiting: Int { state.withLock(\.waiting.count) }

    /// Runs `work` on one of the threads, in the order of the calls.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(Refusal) -> Value {
        let handover = Handover<Value>()
        let job = Job {
            handover.settle(.success(work()))
        } refuse: {
            handover.settle(.failure(.overloaded))
        }
        let result = await withTaskCancellationHandler {
            guard !Task.isCancelled else { return Result<Value, Refusal>.failure(.cancelled) }
            start(job)
            return await handover.result()
        } onCancel: {
            state.withLock { $0.waiting.removeAll { $0 === job } }
            handover.settle(.failure(.cancelled))
        }
        return try result.get()
    }

    private func start(_ job: Job) {
        switch state.withLock({ admit(job, to: &$0) }) {
        case .waits: break
        case .refused: job.refuse()
        case .needsThread:
            let isStarted = startThread {
                var next: Job? = job
                while let job = next {
                    job.work()
                    next = self.nextJob()
                }
            }
            guard !isStarted else { return }
            for refused in [job] + giveUpThread() { refused.refuse() }
        }
    }

    private func admit(_ job: Job, to state: inout State) -> Admission {
        if state.running < threadLimit {
            state.running += 1
            return .needsThread
        }
        guard state.waiting.count < waitingLimit else { return .refused }
        state.waiting.append(job)
        return .waits
    }

    /// The job that has waited longest; nil, with the thread counted out, when there is none.
    private func nextJob() -> Job? {
        state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.running -= 1
            return nil
        }
    }

    /// The jobs that wait for nobody now that a thread did not start.
    private func giveUpThread() -> [Job] {
        state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Starts a thread of the system's.
    static func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        let context = Unmanaged.passRetained(ThreadBody(body))
        let result = cresolver_start_thread(
            { context in
                Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        if result != 0 { context.release() }
        return result == 0
    }
}

/// What a thread is to do, on its way there.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

/// A result on its way from the thread that made it to the task that waits, which may be told something else before.
private final class Handover<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, BlockingThreads.Refusal>

    private enum State {
        case open
        case awaited(CheckedContinuation<Outcome, Never>)
        case settled(Outcome)
        case over
    }

    private let state = Mutex(State.open)

    /// Ends the wait; only the first outcome counts.
    func settle(_ outcome: Outcome) {
        let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            switch state {
            case .open: state = .settled(outcome)
            case .awaited(let continuation):
                state = .over
                return continuation
            case .settled, .over: break
            }
            return nil
        }
        waiter?.resume(returning: outcome)
    }

    /// Waits for the first outcome, once.
    func result() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state -> Outcome? in
                guard case .settled(let outcome) = state else {
                    state = .awaited(continuation)
                    return nil
                }
                state = .over
                return outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }
}
