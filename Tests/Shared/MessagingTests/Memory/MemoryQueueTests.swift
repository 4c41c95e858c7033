import Conformance
import Messaging
import Synchronization
import TestSupport
import Testing

/// What the queue in memory promises, and where its ends are.
@Suite(.timeLimit(.minutes(1))) struct MemoryQueueTests {
    /// The queues of one process by their names: a name opened twice is one queue, as a place is on a disk.
    private final class Process: Sendable {
        private let queues = Mutex<[String: MemoryQueue]>([:])

        func queue(_ name: String, _ time: ManualTime) -> MemoryQueue {
            queues.withLock { queues in
                let queue = queues[name] ?? MemoryQueue(now: { time.date })
                queues[name] = queue
                return queue
            }
        }
    }

    @Test(arguments: QueuePromise.ofOneProcess)
    func keepsThePromiseOfAQueue(_ promise: QueuePromise) async throws {
        let process = Process()
        try await promise.check(QueueEngine { place, time in process.queue(place, time) })
    }

    @Test func hasNamedLimits() {
        #expect(MemoryQueue.dedupeWindow == .seconds(604_800))
        #expect(MemoryQueue.defaultCapacity == 100_000)
    }

    @Test func refusesMoreThanItHolds() async throws {
        let time = ManualTime()
        let queue = MemoryQueue(capacity: 3, now: { time.date })
        try await queue.kill("dead")
        try await queue.enqueue("claimed", "ready")
        let claim = try #require(try await queue.claim(limit: 1).first)
        await expectFailure(.unavailable) { _ = try await queue.enqueue(.sample("more"), delay: .zero) }
        // What is there already takes no room.
        #expect(try await queue.enqueue(.sample("ready"), delay: .zero) == .duplicate)
        try await queue.complete(claim)
        #expect(try await queue.enqueue(.sample("more"), delay: .zero) == .accepted)
        await expectFailure(.unavailable) { _ = try await queue.enqueue(.sample("yet more"), delay: .zero) }
    }

    @Test func remembersTheLatestIDsOnly() async throws {
        let time = ManualTime()
        let queue = MemoryQueue(capacity: 3, now: { time.date })
        for number in 1...8 {
            try await queue.enqueue("job-\(number)")
            try await queue.complete(try await queue.claimOnly())
        }
        for number in 6...8 {
            #expect(try await queue.enqueue(.sample("job-\(number)"), delay: .zero) == .duplicate)
        }
        #expect(try await queue.enqueue(.sample("job-5"), delay: .zero) == .accepted)
    }

    /// What a clock that goes back makes of the order must not lose a message.
    @Test func deliversEverythingWhileItsClockGoesBack() async throws {
        let time = ManualTime()
        let queue = MemoryQueue(now: { time.date })
        for number in 1...50 {
            time.advance(by: .seconds(number.isMultiple(of: 3) ? -7 : 2))
            try await queue.enqueue("job-\(number)")
            if number.isMultiple(of: 5) {
                for claim in try await queue.claim(limit: 2) { try await queue.complete(claim) }
            }
        }
        time.advance(by: .seconds(600))
        let claims = try await queue.claim(limit: 100)
        #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: claims.count, dead: 0))
        for claim in claims { try await queue.complete(claim) }
        #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
        for number in 1...50 {
            #expect(try await queue.enqueue(.sample("job-\(number)"), delay: .zero) == .duplicate)
        }
    }
}
