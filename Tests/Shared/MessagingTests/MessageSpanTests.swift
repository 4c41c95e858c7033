import Conformance
import Correlation
import Logging
import Messaging
import TestSupport
import Testing

/// The spans of messages that are handed over and worked on.
@Suite(.timeLimit(.minutes(1))) struct MessageSpanTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let sendersSpanID = "b7ad6b7169203331"

    /// A message of an action whose trace is recorded, or not.
    private func message(_ id: String = "a", flags: String = "01") -> Message {
        .sample(
            id,
            headers: [
                "X-Correlation-ID": "action-7", "traceparent": "00-\(Self.traceID)-\(Self.sendersSpanID)-\(flags)",
            ]
        )
    }

    /// The spans of a consumer that is given these messages and works until the queue is like that.
    private func spans(
        of messages: Message...,
        until depth: QueueDepth = QueueDepth(ready: 0, inFlight: 0, dead: 0),
        handle: @escaping @Sendable (Claim) async -> QueueConsumer.Outcome
    ) async throws -> [Span] {
        let recorder = SpanRecorder()
        try await ConsumerStore.with { store in
            for message in messages { _ = try await store.queue.enqueue(message, delay: .zero) }
            try await SpanRecorder.$current.withValue(recorder) {
                try await whileRunning(store.consumer(handle: handle)) { _ in try await store.reach(depth) }
            }
        }
        return recorder.take().spans
    }

    @Test func recordsTheWorkOnAMessageInItsTrace() async throws {
        let spans = try await spans(of: message()) { _ in .done }
        let span = try #require(spans.first)
        #expect(spans.count == 1)
        #expect(span.kind == .consumer)
        #expect(span.name == "process \(Message.topic)")
        #expect(span.trace.traceID == Self.traceID)
        #expect(span.trace.parentSpanID == Self.sendersSpanID)
        #expect(span.failure == nil)
        #expect(span.start < span.end)
        #expect(
            span.attributes == [
                "messaging.system": .text("clowder"), "messaging.operation.name": .text("process"),
                "messaging.operation.type": .text("process"), "messaging.destination.name": .text(Message.topic),
                "messaging.message.id": .text("a"), "correlation.id": .text("action-7"), "clowder.attempt": .integer(1),
            ]
        )
    }

    @Test func recordsAnAttemptThatIsMadeAgainAsAFailure() async throws {
        let again = QueueDepth(ready: 1, inFlight: 0, dead: 0)
        let spans = try await spans(of: message(), until: again) { _ in .retry("relay away") }
        #expect(spans.map(\.failure) == ["relay away"])
        #expect(spans.map { $0.attributes["error.type"] } == [.text("retry")])
    }

    @Test func recordsADeadLetterAsAFailure() async throws {
        let dead = QueueDepth(ready: 0, inFlight: 0, dead: 1)
        let spans = try await spans(of: message(), until: dead) { _ in .dead("no such address") }
        #expect(spans.map(\.failure) == ["no such address"])
        #expect(spans.map { $0.attributes["error.type"] } == [.text("dead")])
    }

    @Test func recordsALostLeaseAsAFailure() async throws {
        let recorder = SpanRecorder()
        try await ConsumerStore.with { store in
            _ = try await store.queue.enqueue(message(), delay: .zero)
            let gate = Gate()
            let lost = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                if operation == .renew { throw MessagingError(.leaseLost, "another worker has it") }
            }
            let consumer = store.consumer(on: lost, lease: .milliseconds(30)) { _ in
                await gate.pass()
                return .done
            }
            try await SpanRecorder.$current.withValue(recorder) {
                try await whileRunning(consumer) { _ in
                    try await eventually("the cancellation") { gate.entered == 1 && gate.inside == 0 }
                }
            }
        }
        let spans = recorder.take().spans
        #expect(spans.map(\.failure) == ["lease lost"])
        #expect(spans.map { $0.attributes["error.type"] } == [.text("lease-lost")])
        #expect(spans.map(\.trace.parentSpanID) == [Self.sendersSpanID])
    }

    @Test func countsTheAttempts() async throws {
        let recorder = SpanRecorder()
        try await ConsumerStore.with { store in
            _ = try await store.queue.enqueue(message(), delay: .zero)
            _ = try await store.queue.claimOnly()
            store.time.advance(by: .seconds(60))
            try await SpanRecorder.$current.withValue(recorder) {
                try await whileRunning(store.consumer { _ in .done }) { _ in try await store.reachEnd() }
            }
        }
        #expect(recorder.take().spans.map { $0.attributes["clowder.attempt"] } == [.integer(2)])
    }

    @Test func recordsTheHandingOverInTheTraceOfTheMessage() async throws {
        let recorder = SpanRecorder()
        try await relay(message(), message("b", flags: "00"), recordingIn: recorder)
        let spans = recorder.take().spans
        let span = try #require(spans.first)
        #expect(spans.count == 1)
        #expect(span.kind == .producer)
        #expect(span.name == "send \(Message.topic)")
        #expect(span.trace.traceID == Self.traceID)
        #expect(span.trace.parentSpanID == Self.sendersSpanID)
        #expect(span.failure == nil)
        #expect(
            span.attributes == [
                "messaging.system": .text("clowder"), "messaging.operation.name": .text("send"),
                "messaging.operation.type": .text("send"), "messaging.destination.name": .text(Message.topic),
                "messaging.message.id": .text("a"), "correlation.id": .text("action-7"),
            ]
        )
    }

    @Test func recordsNothingOfTracesThatAreNotRecorded() async throws {
        let spans = try await spans(of: message("a", flags: "00"), message("b")) { _ in .done }
        #expect(spans.map { $0.attributes["messaging.message.id"] } == [.text("b")])
    }

    @Test func worksWithoutARecorder() async throws {
        #expect(SpanRecorder.current == nil)
        try await relay(message(), recordingIn: nil)
        try await ConsumerStore.with { store in
            _ = try await store.queue.enqueue(message(), delay: .zero)
            try await whileRunning(store.consumer { _ in .done }) { _ in try await store.reachEnd() }
        }
    }

    @Test func recordsARefusalOfTheQueueAsAFailure() async throws {
        let store = try OutboxStore()
        let time = store.time
        let queue = FaultyQueue(queue: MemoryQueue(now: { time.date })) { _ throws(MessagingError) in
            throw MessagingError(.refused, "too long")
        }
        try await store.append(message())
        let recorder = SpanRecorder()
        await SpanRecorder.$current.withValue(recorder) {
            await withLogger(.quiet) { _ in
                #expect(await OutboxRelay(outbox: store.outbox, queue: queue).relayBatch() == 0)
            }
        }
        let span = try #require(recorder.take().spans.first)
        #expect(span.kind == .producer && span.trace.traceID == Self.traceID)
        #expect(span.failure == "too long" && span.attributes["error.type"] == .text("refused"))
    }

    private func relay(_ messages: Message..., recordingIn recorder: SpanRecorder?) async throws {
        try await withTemporaryDirectory { directory in
            let store = try OutboxStore()
            let time = store.time
            let queue = try SQLiteQueue(path: directory + "/queue.sqlite", now: { time.date })
            for message in messages { try await store.append(message) }
            await SpanRecorder.$current.withValue(recorder) {
                let relay = OutboxRelay(outbox: store.outbox, queue: queue)
                #expect(await relay.relayBatch() == messages.count)
            }
            #expect(try await queue.claim().map(\.message) == messages)
        }
    }
}
