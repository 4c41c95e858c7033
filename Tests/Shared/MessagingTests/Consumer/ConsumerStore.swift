import Conformance
import Messaging
import TestSupport

/// A queue for a consumer to work on, and its clock.
struct ConsumerStore {
    let queue: MemoryQueue
    let time: ManualTime

    static func with(_ body: (ConsumerStore) async throws -> Void) async throws {
        let time = ManualTime()
        try await body(ConsumerStore(queue: MemoryQueue(now: { time.date }), time: time))
    }

    /// A consumer that looks every millisecond, on this queue unless another one is given.
    func consumer(
        on queue: (any MessageQueue)? = nil,
        concurrency: Int = 8,
        lease: Duration = .seconds(60),
        pollInterval: Duration = .milliseconds(1),
        schedule: RetrySchedule = RetrySchedule(),
        handle: @escaping @Sendable (Claim) async -> QueueConsumer.Outcome
    ) -> QueueConsumer {
        QueueConsumer(
            queue: queue ?? self.queue,
            settings: QueueConsumer.Settings(
                topic: Message.topic,
                concurrency: concurrency,
                lease: lease,
                pollInterval: pollInterval,
                schedule: schedule
            ),
            handle: handle
        )
    }

    /// Waits until the queue's messages are in these states.
    func reach(_ depth: QueueDepth) async throws {
        try await eventually("\(depth)") { try await queue.depth() == depth ? () : nil }
    }

    /// Waits until nothing is left to do.
    func reachEnd() async throws {
        try await reach(QueueDepth(ready: 0, inFlight: 0, dead: 0))
    }
}
