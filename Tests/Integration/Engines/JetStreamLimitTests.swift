import Conformance
import FoundationEssentials
import Messaging
import Metrics
import MetricsTestKit
import NATS
import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

/// Messages that a server does not take for their length (`max_payload`), and those behind them.
@Suite(
    .timeLimit(.minutes(3)),
    .enabled(if: NATSServer.isRequired, "NATS is not installed: apt-get install nats-server")
)
struct JetStreamLimitTests {
    private func message(_ id: String, length: Int = 2) -> Message {
        Message(id: id, topic: "mail", body: Array(repeating: 65, count: length), headers: [:])
    }

    /// A queue that answers at this moment.
    private func queue(at server: NATSServer) async throws -> JetStreamQueue {
        let queue = JetStreamQueue(try server.settings(), now: { Date() })
        _ = try await queue.depth()
        return queue
    }

    private func claimed(_ queue: JetStreamQueue, limit: Int) async throws -> [String] {
        try await queue.claim(topic: "mail", limit: limit, lease: .seconds(60)).map(\.message.id)
    }

    @Test func relaysWhatIsBehindAMessageThatIsTooLong() async throws {
        try await NATSServer.with("max_payload: 100000") { server in
            try await withOutbox { outbox, append, time in
                try await append([message("long", length: 60_000), message("a"), message("b")])
                let relay = OutboxRelay(outbox: outbox, queue: try await queue(at: server))
                #expect(await relay.relayBatch() == 2)
                #expect(try await outbox.refused() == 1)
                #expect(try await outbox.backlog() == 1)

                try await server.restart(with: "max_payload: 1000000")
                time.advance(by: OutboxRelay.refusalPause)
                try await eventually("the relay of the long one", holds: { await relay.relayBatch() == 1 })
                #expect(try await outbox.backlog() == 0)
                let queue = try await queue(at: server)
                #expect(Set(try await claimed(queue, limit: 9)) == ["long", "a", "b"])
            }
        }
    }

    /// A server that takes no message at all says nothing of any: each stays in its place.
    @Test func waitsForAServerThatHasRoomForMessages() async throws {
        try await NATSServer.with("max_payload: 65536") { server in
            try await withOutbox { outbox, append, _ in
                try await append([message("a"), message("b")])
                let queue = try await queue(at: server)
                let error = await #expect(throws: MessagingError.self) {
                    try await queue.enqueue(message("c"), delay: .zero)
                }
                #expect(error?.code == .unavailable)
                #expect(error.map { "\($0)".contains("max_payload is 65536 bytes") } == true)
                let relay = OutboxRelay(outbox: outbox, queue: queue)
                #expect(await relay.relayBatch() == 0)
                #expect(try await outbox.refused() == 0)

                try await server.restart(with: "max_payload: 100000")
                try await eventually("the relay of both", holds: { await relay.relayBatch() == 2 })
                #expect(try await claimed(try await self.queue(at: server), limit: 9) == ["a", "b"])
            }
        }
    }

    /// Somebody else made the stream, with a limit of its own.
    @Test func refusesWhatTheStreamDoesNotTake() async throws {
        try await NATSServer.with { server in
            try await server.setLimit(2000, by: "CREATE")
            let queue = try await queue(at: server)
            let error = await #expect(throws: MessagingError.self) {
                try await queue.enqueue(message("long", length: 4000), delay: .zero)
            }
            #expect(error?.code == .refused)
            #expect(try await queue.enqueue(message("a"), delay: .zero) == .accepted)
        }
    }

    /// The stream takes the message, but not with all of its errors (an emoji has four bytes).
    @Test(arguments: [(room: 1500, kept: ["5: " + String(repeating: "🐈", count: 97)]), (room: 700, kept: [])])
    func buriesWhatHasBecomeTooLongForItsErrors(_ room: Int, _ kept: [String]) async throws {
        try await NATSServer.with { server in
            let queue = try await queue(at: server)
            _ = try await queue.enqueue(message("long", length: 30_000), delay: .zero)
            // Base64 has four bytes for three.
            try await server.setLimit(40_000 + room, by: "UPDATE")
            for attempt in 1...5 {
                let claim = try #require(try await queue.claim(topic: "mail", limit: 1, lease: .seconds(60)).first)
                #expect(claim.attempt == attempt)
                let error = "\(attempt): " + String(repeating: "🐈", count: 400)
                if attempt < 5 {
                    try await queue.retry(claim, after: .zero, error: error)
                } else {
                    try await queue.bury(claim, error: error)
                }
            }
            let letter = try await queue.deadLetter(id: "long")
            #expect(letter?.failures.map(\.message) == kept)
            #expect(letter?.attempts == 5)
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 1))
        }
    }

    /// A stream that is changed ends no connection.
    @Test func claimsWhatWasPassedOverOnceTheStreamTakesIt() async throws {
        try await NATSServer.with { server in
            let time = ManualTime()
            let queue = JetStreamQueue(try server.settings(), now: { time.date })
            _ = try await queue.enqueue(message("long", length: 3000), delay: .zero)
            _ = try await queue.enqueue(message("a"), delay: .zero)
            try await server.setLimit(2000, by: "UPDATE")
            let metrics = TestMetrics()
            try await withMetricsFactory(metrics) {
                let claims = try await queue.claim(topic: "mail", limit: 2, lease: .seconds(60))
                #expect(claims.map(\.message.id) == ["a"])
                for claim in claims { try await queue.complete(claim) }
            }
            #expect(throws: (any Error).self) { try metrics.expectCounter("clowder_queue_conflicts_total") }

            try await server.setLimit(10_000, by: "UPDATE")
            time.advance(by: JetStreamQueue.refusalPause - .seconds(1))
            #expect(try await claimed(queue, limit: 9) == [])
            time.advance(by: .seconds(1))
            #expect(try await claimed(queue, limit: 9) == ["long"])
        }
    }

    /// The limit was lowered while the message waited.
    @Test func claimsWhatIsBehindAMessageThatHasBecomeTooLong() async throws {
        try await NATSServer.with { server in
            _ = try await queue(at: server).enqueue(message("long", length: 300_000), delay: .zero)
            try await server.restart(with: "max_payload: 100000")
            let queue = try await queue(at: server)
            _ = try await queue.enqueue(message("a"), delay: .zero)
            #expect(try await claimed(queue, limit: 1) == ["a"])
            #expect(try await queue.depth() == QueueDepth(ready: 1, inFlight: 1, dead: 0))

            try await server.restart(with: "max_payload: 1000000")
            try await eventually("the long one") {
                // Until there is a connection to the server again.
                (try? await claimed(queue, limit: 1)) == ["long"] ? () : nil
            }
        }
    }

    /// Runs `body` with an outbox in a database of its own, a way to write to it, and its time.
    private func withOutbox(
        _ body: (SQLOutbox, ([Message]) async throws -> Void, ManualTime) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let time = ManualTime()
            let database = try SQLiteDatabase.open(
                directory + "/outbox.sqlite",
                migrations: [SQLiteMigration("1 tables", OutboxConformance.tables(.sqlite))]
            )
            let outbox = SQLOutbox(database: database, now: { time.date })
            try await body(
                outbox,
                { messages in
                    try await database.write { session in
                        for message in messages { try outbox.append(message, in: session) }
                    }
                },
                time
            )
        }
    }
}

extension NATSServer {
    /// Makes or changes the stream `test` as the queue's, with a limit of its own to the length of a message.
    fileprivate func setLimit(_ length: Int, by call: String) async throws {
        let stream =
            #"{"name":"test","subjects":["test.*"],"storage":"file","retention":"limits","discard":"new","#
            + #""max_msgs_per_subject":1,"duplicate_window":120000000000,"max_msg_size":\#(length)}"#
        let answer = try await LineConversation.ask(
            "CONNECT {}\r\nSUB in 1\r\nPUB $JS.API.STREAM.\(call).test in \(stream.utf8.count)\r\n\(stream)\r\nPING",
            port: port,
            until: "_response",
            within: .seconds(5)
        )
        #expect(answer.contains(#""max_msg_size":\#(length)"#), "\(answer)")
    }
}
