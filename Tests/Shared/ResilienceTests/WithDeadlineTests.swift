import Resilience
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct WithDeadlineTests {
    private let clock = ContinuousClock()

    private var distant: Deadline { .after(.seconds(3600), from: clock.now) }

    @Test func returnsWhatTheOperationReturns() async throws {
        #expect(try await withDeadline(distant) { 7 } == 7)
        #expect(try await withDeadline(nil) { 8 } == 8)
    }

    /// An operation's own nil is a result, not a missed deadline.
    @Test func returnsNil() async throws {
        let result: Int? = try await withDeadline(distant) { nil }
        #expect(result == nil)
    }

    @Test func throwsWhatTheOperationThrows() async {
        await #expect(throws: Failure.self) { try await withDeadline(distant) { throw Failure() } }
        await #expect(throws: Failure.self) { try await withDeadline(nil) { throw Failure() } }
    }

    @Test func doesNotBeginAfterTheDeadline() async {
        let hasBegun = Mutex(false)
        let passed = Deadline.after(.zero, from: clock.now)
        await #expect(throws: DeadlineExceeded()) {
            try await withDeadline(passed) { hasBegun.withLock { $0 = true } }
        }
        #expect(!hasBegun.withLock { $0 })
    }

    @Test func cancelsTheOperationAtTheDeadlineAndWaitsForIt() async {
        let wasCancelled = Mutex(false)
        let soon = Deadline.after(.milliseconds(20), from: clock.now)
        await #expect(throws: DeadlineExceeded()) {
            try await withDeadline(soon) {
                await untilCancelled()
                wasCancelled.withLock { $0 = Task.isCancelled }
            }
        }
        #expect(wasCancelled.withLock { $0 })
    }

    @Test func throwsDeadlineExceededWhateverTheCancelledOperationThrows() async {
        let soon = Deadline.after(.milliseconds(20), from: clock.now)
        await #expect(throws: DeadlineExceeded()) {
            try await withDeadline(soon) {
                await untilCancelled()
                throw Failure()
            }
        }
    }

    @Test func endsWhenItsTaskIsCancelled() async {
        let deadline = distant
        let task = Task { try await withDeadline(deadline) { try await untilCancelledThrowing() } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// Before the deadline the answer is the operation's, cancelled or not.
    @Test func returnsWhatTheOperationMakesOfItsTasksCancellation() async throws {
        let deadline = distant
        let task = Task {
            try await withDeadline(deadline) {
                await untilCancelled()
                for _ in 0..<100 { await Task.yield() }
                return "tidied up"
            }
        }
        task.cancel()
        #expect(try await task.value == "tidied up")
    }

    @Test func passesTaskLocalsOn() async throws {
        let bound = distant
        let seen = try await Deadline.withValue(bound) { try await withDeadline(bound) { Deadline.current } }
        #expect(seen == bound)
    }

    @Test func leavesTheCancellationToAnOuterDeadlineThatIsNotLater() async {
        let soon = Deadline.after(.milliseconds(20), from: clock.now)
        await #expect(throws: DeadlineExceeded()) {
            try await withDeadline(soon) {
                await #expect(throws: CancellationError.self) {
                    try await withDeadline(Deadline(soon.instant.advanced(by: .seconds(3600)))) {
                        try await untilCancelledThrowing()
                    }
                }
                throw CancellationError()
            }
        }
    }

    @Test func enforcesAnInnerDeadlineThatIsEarlier() async throws {
        let outer = distant
        let soon = Deadline.after(.milliseconds(20), from: clock.now)
        let answer = try await withDeadline(outer) {
            await #expect(throws: DeadlineExceeded()) {
                try await withDeadline(soon) { try await untilCancelledThrowing() }
            }
            return "went on"
        }
        #expect(answer == "went on")
    }

    private struct Failure: Error {}
}

/// Waits for nothing but the task's cancellation.
private func untilCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self, bufferingPolicy: .bufferingOldest(1))
    for await _ in stream {}
    continuation.finish()
}

private func untilCancelledThrowing() async throws {
    await untilCancelled()
    try Task.checkCancellation()
}
