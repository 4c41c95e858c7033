import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Discovery

@Suite(.timeLimit(.minutes(1))) struct BlockingThreadsTests {
    private let gate = Gate()

    @Test func handsBackWhatTheCallReturns() async throws {
        let threads = BlockingThreads(threadLimit: 1, waitingLimit: 1)
        #expect(try await threads.run { 42 } == 42)
        #expect(try await threads.run { "again" } == "again")
    }

    @Test func endsItsThreadsWhenThereIsNothingToDo() async throws {
        let threads = BlockingThreads(threadLimit: 3, waitingLimit: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { try await threads.run {} } }
            try await group.waitForAll()
        }
        try await eventually("the threads' end", holds: { threads.running == 0 })
    }

    @Test func runsNoMoreAtOnceThanItHasThreads() async throws {
        let threads = BlockingThreads(threadLimit: 2, waitingLimit: 50)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 { group.addTask { _ = try await threads.run { gate.pass(number) } } }
            try await eventually("the queue", holds: { gate.arrived == 2 && threads.waiting == 48 })
            #expect(threads.running == 2)
            gate.open()
            try await group.waitForAll()
        }
        #expect(gate.mostInside <= 2)
    }

    @Test func refusesWhatDoesNotFitItsQueue() async throws {
        let threads = BlockingThreads(threadLimit: 1, waitingLimit: 1)
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await threads.run { gate.pass(1) } }
            try await eventually("the first call", holds: { gate.isBeingPassed })
            group.addTask { try await threads.run { 2 } }
            try await eventually("the second call's wait", holds: { threads.waiting == 1 })
            await #expect(throws: BlockingThreads.Refusal.overloaded) { try await threads.run { 3 } }
            gate.open()
            var results: Set<Int> = []
            for try await result in group { results.insert(result) }
            #expect(results == [1, 2])
        }
    }

    @Test func letsGoOfACancelledCallThatGoesOn() async throws {
        let threads = BlockingThreads(threadLimit: 1, waitingLimit: 1)
        let call = Task { try await threads.run { gate.pass(1) } }
        try await eventually("the call", holds: { gate.isBeingPassed })
        call.cancel()
        #expect(await call.result.failure as? BlockingThreads.Refusal == .cancelled)
        #expect(threads.running == 1, "the thread is counted for as long as it blocks")
        gate.open()
        #expect(try await threads.run { 2 } == 2)
    }

    @Test func takesACancelledCallOutOfTheQueue() async throws {
        let threads = BlockingThreads(threadLimit: 1, waitingLimit: 1)
        let blocking = Task { try await threads.run { gate.pass(1) } }
        try await eventually("the first call", holds: { gate.isBeingPassed })
        let waiting = Task { try await threads.run { gate.pass(2) } }
        try await eventually("the second call's wait", holds: { threads.waiting == 1 })
        waiting.cancel()
        #expect(await waiting.result.failure as? BlockingThreads.Refusal == .cancelled)
        #expect(threads.waiting == 0)
        gate.open()
        #expect(try await blocking.value == 1)
        #expect(try await threads.run { 3 } == 3)
        #expect(gate.arrived == 1)
    }

    @Test func doesNotBeginInACancelledTask() async {
        let threads = BlockingThreads(threadLimit: 1, waitingLimit: 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await threads.run { 1 }
        }
        #expect(await task.result.failure as? BlockingThreads.Refusal == .cancelled)
        #expect(threads.running == 0)
    }

    @Test func refusesWhenTheSystemGivesNoThread() async throws {
        let threads = BlockingThreads(threadLimit: 1, waitingLimit: 1) { _ in false }
        for _ in 0..<3 {
            await #expect(throws: BlockingThreads.Refusal.overloaded) { try await threads.run { 1 } }
        }
        #expect(threads.running == 0)
    }

    /// Whoever waits for a thread that does not start would wait for ever.
    @Test func refusesThoseThatWaitForAThreadThatDoesNotStart() async throws {
        let threads = BlockingThreads(threadLimit: 1, waitingLimit: 1) { _ in gate.pass(false) }
        let first = Task(executorPreference: ExecutorOfItsOwn()) { try await threads.run { 1 } }
        try await eventually("the thread's start", holds: { gate.isBeingPassed })
        let second = Task { try await threads.run { 2 } }
        try await eventually("the second call's wait", holds: { threads.waiting == 1 })
        gate.open()
        for call in [first, second] {
            #expect(await call.result.failure as? BlockingThreads.Refusal == .overloaded)
        }
        #expect(threads.running == 0)
        #expect(threads.waiting == 0)
    }

    /// More blocked calls than the cooperative pool has threads, and the pool goes on.
    @Test func blocksNoThreadOfTheCooperativePool() async throws {
        let threads = BlockingThreads(threadLimit: 64, waitingLimit: 0)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<64 { group.addTask { try await threads.run { gate.pass(number) } } }
            try await eventually("all calls", holds: { threads.running == 64 })
            #expect(await Task { 1 }.value == 1)
            gate.open()
            try await group.waitForAll()
        }
    }
}

/// Blocks the threads that pass it until it is opened, and counts them.
private final class Gate: Sendable {
    private struct Counts {
        var arrived = 0
        var inside = 0
        var mostInside = 0
    }

    private let semaphore = DispatchSemaphore(value: 0)
    private let counts = Mutex(Counts())

    var arrived: Int { counts.withLock(\.arrived) }
    var mostInside: Int { counts.withLock(\.mostInside) }
    var isBeingPassed: Bool { arrived > 0 }

    func pass<Value>(_ value: Value) -> Value {
        counts.withLock { counts in
            counts.arrived += 1
            counts.inside += 1
            counts.mostInside = max(counts.mostInside, counts.inside)
        }
        semaphore.wait()
        semaphore.signal()
        counts.withLock { $0.inside -= 1 }
        return value
    }

    func open() { semaphore.signal() }
}

/// A thread for a task that blocks it.
private final class ExecutorOfItsOwn: TaskExecutor {
    private let queue = DispatchQueue(label: "executor-of-its-own")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
