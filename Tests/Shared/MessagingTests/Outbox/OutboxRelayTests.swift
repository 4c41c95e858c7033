import Conformance
import Logging
import Messaging
import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct OutboxRelayTests {
    /// An outbox and the queue it is relayed to, in the same time.
    private func withStores(_ body: (OutboxStore, MemoryQueue) async throws -> Void) async throws {
        let store = try OutboxStore()
        let time = store.time
        let queue = MemoryQueue(now: { time.date })
        try await withLogger(.quiet) { _ in try await body(store, queue) }
    }

    private func claimed(_ queue: MemoryQueue) async throws -> [String] {
        try await queue.claim(limit: 1000).map(\.message.id)
    }

    @Test func movesAHundredAtATimeUnderALeaseOfTenSeconds() async throws {
        #expect(OutboxRelay.batchSize == 100)
        #expect(OutboxRelay.lease == .seconds(10))
        try await withStores { store, queue in
            for number in 0..<101 { try await store.append(.sample("job-\(number)")) }
            let relay = OutboxRelay(outbox: store.outbox, queue: queue)
            #expect(await relay.relayBatch() == 100)
            #expect(await relay.relayBatch() == 1)
            #expect(await relay.relayBatch() == 0)
            #expect(try await claimed(queue) == (0..<101).map { "job-\($0)" })
            #expect(try await store.outbox.backlog() == 0)
        }
    }

    @Test func movesAMessageAsItIs() async throws {
        try await withStores { store, queue in
            let message = Message.sample("a", topic: "erasure", body: "contents", headers: ["X-Correlation-ID": "abc"])
            try await store.append(message)
            #expect(await OutboxRelay(outbox: store.outbox, queue: queue).relayBatch() == 1)
            #expect(try await queue.claim(topic: "erasure").map(\.message) == [message])
        }
    }

    /// The queue has the messages, the outbox does not know: they are sent again, and dropped by their ID.
    @Test func movesEachMessageOnceWhenItStopsBetweenTheStores() async throws {
        try await withStores { store, queue in
            for id in ["a", "b"] { try await store.append(.sample(id)) }
            let forgetful = ForgetfulOutbox(outbox: store.outbox)
            #expect(await OutboxRelay(outbox: forgetful, queue: queue).relayBatch() == 2)
            #expect(try await store.outbox.backlog() == 2)
            #expect(try await claimed(queue) == ["a", "b"])

            let relay = OutboxRelay(outbox: store.outbox, queue: queue)
            #expect(await relay.relayBatch() == 0)
            store.time.advance(by: OutboxRelay.lease)
            #expect(await relay.relayBatch() == 2)
            #expect(try await store.outbox.backlog() == 0)
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 2, dead: 0))
        }
    }

    /// What the queue did not take is tried again with the next batch, in order and without waiting for a lease.
    @Test func keepsWhatTheQueueDoesNotTake() async throws {
        try await withStores { store, queue in
            for id in ["a", "b", "c"] { try await store.append(.sample(id)) }
            let calls = Count()
            let faulty = FaultyQueue(queue: queue) { operation throws(MessagingError) in
                guard operation == .enqueue, calls.next() == 2 else { return }
                throw MessagingError(.unavailable, "away")
            }
            let relay = OutboxRelay(outbox: store.outbox, queue: faulty)
            #expect(await relay.relayBatch() == 1)
            #expect(try await store.outbox.backlog() == 2)
            try await store.append(.sample("d"))
            #expect(await relay.relayBatch() == 3)
            #expect(try await claimed(queue) == ["a", "b", "c", "d"])
        }
    }

    /// It is not lost and in nobody's way, and goes out by itself once the queue takes it.
    @Test func setsAsideWhatTheQueueRefuses() async throws {
        #expect(OutboxRelay.refusalPause == .seconds(600))
        try await withStores { store, queue in
            for id in ["long", "a", "b"] { try await store.append(.sample(id)) }
            let calls = Count()
            let faulty = FaultyQueue(queue: queue) { operation throws(MessagingError) in
                guard operation == .enqueue, calls.next() == 1 else { return }
                throw MessagingError(.refused, "too long")
            }
            let relay = OutboxRelay(outbox: store.outbox, queue: faulty)
            #expect(await relay.relayBatch() == 2)
            for claim in try await queue.claim(limit: 9) { try await queue.complete(claim) }
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
            #expect(try await store.outbox.refused() == 1)
            store.time.advance(by: OutboxRelay.refusalPause)
            #expect(await relay.relayBatch() == 1)
            #expect(try await claimed(queue) == ["long"])
            #expect(try await store.outbox.backlog() == 0)
        }
    }

    @Test func keepsARefusedMessageThatCannotBeSetAside() async throws {
        try await withStores { store, queue in
            for id in ["long", "a"] { try await store.append(.sample(id)) }
            let faulty = FaultyQueue(queue: queue) { operation throws(MessagingError) in
                if operation == .enqueue { throw MessagingError(.refused, "too long") }
            }
            #expect(await OutboxRelay(outbox: ForgetfulOutbox(outbox: store.outbox), queue: faulty).relayBatch() == 0)
            store.time.advance(by: OutboxRelay.lease)
            #expect(try await store.outbox.claim(limit: 9, lease: .seconds(1)).map(\.id) == ["long", "a"])
        }
    }

    @Test func survivesAnOutboxThatCannotBeRead() async throws {
        try await withStores { store, queue in
            _ = try await store.database.write { try $0.execute("DROP TABLE outbox") }
            #expect(await OutboxRelay(outbox: store.outbox, queue: queue).relayBatch() == 0)
        }
    }

    @Test func movesEachMessageOnceBesideAnotherRelay() async throws {
        try await withStores { store, queue in
            for number in 0..<250 { try await store.append(.sample("job-\(number)")) }
            let relay = OutboxRelay(outbox: store.outbox, queue: queue)
            let moved = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { await relay.relayBatch() } }
                return await group.reduce(0, +)
            }
            #expect(moved == 250)
            #expect(try await claimed(queue).sorted() == (0..<250).map { "job-\($0)" }.sorted())
        }
    }

    @Test func relaysUntilShutdown() async throws {
        try await withStores { store, queue in
            let relay = OutboxRelay(outbox: store.outbox, queue: queue, pollInterval: .milliseconds(1))
            try await whileRunning(relay) { _ in
                for id in ["a", "b"] {
                    try await store.append(.sample(id))
                    try await eventually("relay of \(id)") { try await store.outbox.backlog() == 0 ? () : nil }
                }
            }
            try await store.append(.sample("late"))
            #expect(try await claimed(queue) == ["a", "b"])
        }
    }
}

/// An outbox whose process ends before it notes what was relayed.
private struct ForgetfulOutbox: Outbox {
    let outbox: SQLOutbox

    func claim(limit: Int, lease: Duration) async throws(MessagingError) -> [Message] {
        try await outbox.claim(limit: limit, lease: lease)
    }

    func markRelayed(_ ids: [String]) async throws(MessagingError) {
        throw MessagingError(.unavailable, "the process ended")
    }

    func release(_ ids: [String]) async throws(MessagingError) {
        throw MessagingError(.unavailable, "the process ended")
    }

    func setAside(_ id: String, for pause: Duration, because reason: String) async throws(MessagingError) {
        throw MessagingError(.unavailable, "the process ended")
    }

    func backlog() async throws(MessagingError) -> Int {
        try await outbox.backlog()
    }

    func refused() async throws(MessagingError) -> Int {
        try await outbox.refused()
    }

    func longestWait() async throws(MessagingError) -> Duration? {
        try await outbox.longestWait()
    }
}
