import Conformance
import Messaging
import MetricsTestKit
import Synchronization
import TestSupport
import Testing

@Suite struct BacklogWatchTests {
    private let metrics = TestMetrics()

    @Test func tellsHowManyMessagesAreInWhichState() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a", "b", "c")
            let claim = try #require(try await store.queue.claim(limit: 1).first)
            try await whileRunning(BacklogWatch(of: store.queue, every: .milliseconds(1), factory: metrics)) { _ in
                try await reaches(["ready": 2, "in-flight": 1, "dead": 0])
                try await store.queue.bury(claim, error: "no")
                try await reaches(["ready": 2, "in-flight": 0, "dead": 1])
            }
        }
    }

    @Test func tellsForHowLongMessagesHaveBeenDue() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            store.time.advance(by: .seconds(90))
            try await whileRunning(BacklogWatch(of: store.queue, every: .milliseconds(1), factory: metrics)) { _ in
                try await eventually("90 s", holds: { last("clowder_queue_oldest_due_age_seconds") == 90 })
                try await store.queue.complete(try await store.queue.claimOnly())
                try await eventually("nothing", holds: { last("clowder_queue_oldest_due_age_seconds") == 0 })
            }
        }
    }

    @Test func tellsForHowLongMessagesHaveWaitedInTheOutbox() async throws {
        let store = try OutboxStore()
        try await store.append(.sample("a"))
        store.time.advance(by: .seconds(30))
        try await whileRunning(BacklogWatch(of: store.outbox, every: .milliseconds(1), factory: metrics)) { _ in
            try await eventually("30 s", holds: { last("clowder_outbox_oldest_age_seconds") == 30 })
            try await store.outbox.markRelayed(["a"])
            try await eventually("nothing", holds: { last("clowder_outbox_oldest_age_seconds") == 0 })
        }
    }

    /// What cannot be counted is not nought.
    @Test func tellsOfAQueueThatIsAway() async throws {
        try await ConsumerStore.with { store in
            let isAway = Mutex(true)
            let queue = FaultyQueue(queue: store.queue) { _ throws(MessagingError) in
                if isAway.withLock({ $0 }) { throw MessagingError(.unavailable, "away") }
            }
            try await whileRunning(BacklogWatch(of: queue, every: .milliseconds(1), factory: metrics)) { _ in
                try await eventually("nothing is known") { depth("ready")?.isNaN == true ? () : nil }
                try await eventually("no age", holds: { last("clowder_queue_oldest_due_age_seconds")?.isNaN == true })
                isAway.withLock { $0 = false }
                try await reaches(["ready": 0, "in-flight": 0, "dead": 0])
            }
        }
    }

    @Test func tellsHowManyMessagesWaitInTheOutbox() async throws {
        let store = try OutboxStore()
        for id in ["a", "b", "c"] { try await store.append(.sample(id)) }
        try await whileRunning(BacklogWatch(of: store.outbox, every: .milliseconds(1), factory: metrics)) { _ in
            try await eventually("three") { backlog == 3 ? () : nil }
            try await store.outbox.markRelayed(["a", "c"])
            try await eventually("one") { backlog == 1 && refused == 0 ? () : nil }
            try await store.outbox.setAside("b", for: .seconds(600), because: "too long")
            try await eventually("one that was refused") { backlog == 1 && refused == 1 ? () : nil }
        }
    }

    private func reaches(_ depths: [String: Double]) async throws {
        try await eventually("\(depths)") { depths.allSatisfy { depth($0.key) == $0.value } ? () : nil }
    }

    private func depth(_ state: String) -> Double? {
        // Until it has counted for the first time, there is none.
        try? metrics.expectRecorder("clowder_queue_depth", [("state", state)]).lastValue
    }

    private var backlog: Double? { last("clowder_outbox_backlog") }

    private func last(_ gauge: String) -> Double? {
        // See above.
        try? metrics.expectRecorder(gauge).lastValue
    }

    private var refused: Double? {
        // See above.
        try? metrics.expectRecorder("clowder_outbox_refused").lastValue
    }
}
