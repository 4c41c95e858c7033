import FoundationEssentials
import Messaging
import NATS
import Synchronization
import TestSupport
import Testing

/// A server that is killed, paused or started again, and what those who use its queue see.
@Suite(
    .timeLimit(.minutes(3)),
    .enabled(if: NATSServer.isRequired, "NATS is not installed: apt-get install nats-server")
)
struct JetStreamOutageTests {
    private func queue(at server: NATSServer, stream: String = "test") throws -> JetStreamQueue {
        JetStreamQueue(try server.settings(stream: stream), now: { Date() })
    }

    private func message(_ id: String) -> Message {
        Message(id: id, topic: "mail", body: Array("{}".utf8), headers: [:])
    }

    /// Waits until the queue answers again.
    private func isBack(_ queue: JetStreamQueue) async throws {
        try await eventually("an answer of the queue", holds: { await refusal(of: queue) == nil })
    }

    /// The code of the refusal, or nil when the queue answers.
    private func refusal(of queue: JetStreamQueue) async -> MessagingError.Code? {
        await failure(of: queue)?.code
    }

    /// What the refusal says to people, or nil when the queue answers.
    private func complaint(of queue: JetStreamQueue) async -> String? {
        await failure(of: queue)?.description
    }

    private func failure(of queue: JetStreamQueue) async -> MessagingError? {
        do throws(MessagingError) {
            _ = try await queue.depth()
            return nil
        } catch {
            return error
        }
    }

    @Test func keepsEverythingThatItConfirmedOverACrash() async throws {
        try await NATSServer.with { server in
            let queue = try queue(at: server)
            for number in 0..<200 { _ = try await queue.enqueue(message("job-\(number)"), delay: .zero) }
            let claims = try await queue.claim(topic: "mail", limit: 100, lease: .seconds(60))
            for claim in claims.prefix(50) { try await queue.complete(claim) }
            for claim in claims.dropFirst(50).prefix(10) { try await queue.bury(claim, error: "refused") }
            let before = QueueDepth(ready: 100, inFlight: 40, dead: 10)
            #expect(try await queue.depth() == before)
            await server.process.kill()
            try await server.process.start()
            try await isBack(queue)
            #expect(try await queue.depth() == before)
            // The claims from before are as good as ever.
            for claim in claims.dropFirst(60) { try await queue.complete(claim) }
            #expect(try await queue.depth() == QueueDepth(ready: 100, inFlight: 0, dead: 10))
            #expect(try await queue.enqueue(message("job-0"), delay: .zero) == .duplicate)
        }
    }

    /// What is waited for is the server, not the caller's patience.
    @Test func makesAChangeOnceTheServerIsBack() async throws {
        try await NATSServer.with { server in
            let queue = try queue(at: server)
            _ = try await queue.enqueue(message("a"), delay: .zero)
            let claim = try #require(try await queue.claim(topic: "mail", limit: 1, lease: .seconds(60)).first)
            await server.process.kill()
            let completion = Attempt { try await queue.complete(claim) }
            try await server.process.start()
            try await completion.ends().get()
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
        }
    }

    @Test func saysThatTheServerIsAwayAtOnce() async throws {
        try await NATSServer.with { server in
            let queue = try queue(at: server)
            _ = try await queue.depth()
            await server.process.kill()
            try await eventually("a refusal", holds: { await refusal(of: queue) == .unavailable })
            let duration = await ContinuousClock().measure {
                for _ in 0..<10 { await #expect(throws: MessagingError.self) { try await queue.depth() } }
            }
            #expect(duration < .seconds(1))
        }
    }

    @Test func givesUpOnASilentServerInTime() async throws {
        try await NATSServer.with { server in
            let queue = try queue(at: server)
            _ = try await queue.depth()
            try await server.process.pause()
            let duration = await ContinuousClock().measure {
                await #expect(throws: MessagingError.self) { try await queue.depth() }
            }
            #expect(duration < NATSSettings.answerLimit + .seconds(1))
            try await server.process.resume()
            try await isBack(queue)
        }
    }

    @Test func endsTheWaitOfACancelledCaller() async throws {
        try await NATSServer.with { server in
            let queue = try queue(at: server)
            _ = try await queue.depth()
            try await server.process.pause()
            let attempt = Attempt { _ = try await queue.enqueue(message("a"), delay: .zero) }
            attempt.cancel()
            let result = try await attempt.ends()
            #expect(throws: MessagingError.self) { try result.get() }
            try await server.process.resume()
        }
    }

    /// A process that starts before the server does not have to be started again.
    @Test func findsAServerThatComesLater() async throws {
        try await NATSServer.with { server in
            await server.process.kill()
            let queue = try queue(at: server)
            let error = await #expect(throws: MessagingError.self) { try await queue.depth() }
            #expect(error?.description.contains("takes no connection") == true, "\(error?.description ?? "")")
            try await server.process.start()
            try await isBack(queue)
            #expect(try await queue.enqueue(message("a"), delay: .zero) == .accepted)
        }
    }

    /// The file of the password was changed meanwhile.
    @Test func logsInAnewWithThePasswordOfTheMoment() async throws {
        func accounts(_ password: String) -> String { "authorization { user: clowder, password: \(password) }" }
        try await NATSServer.with(accounts("one")) { server in
            let password = Mutex("one")
            let address = try JetStreamAddress(url: "nats://clowder@127.0.0.1:\(server.port)/test")
            let settings = NATSSettings(address: address, password: { password.withLock { $0 } })
            let queue = JetStreamQueue(settings, now: { Date() })
            #expect(try await queue.enqueue(message("a"), delay: .zero) == .accepted)

            try await server.restart(with: accounts("two"))
            try await eventually(
                "a refusal of the old password",
                holds: { await complaint(of: queue)?.contains("takes no connection: Authentication") == true }
            )
            password.withLock { $0 = "two" }
            try await isBack(queue)
            #expect(try await queue.enqueue(message("a"), delay: .zero) == .duplicate)
        }
    }

    /// Another process has changed what this one knows, on a connection that this one has lost.
    @Test func seesWhatOthersDidWhileItWasAway() async throws {
        try await NATSServer.with { server in
            let (one, other) = (try queue(at: server), try queue(at: server))
            for id in ["a", "b", "c"] { _ = try await one.enqueue(message(id), delay: .zero) }
            #expect(try await one.depth() == QueueDepth(ready: 3, inFlight: 0, dead: 0))
            await server.process.kill()
            try await server.process.start()
            try await isBack(other)
            let claims = try await other.claim(topic: "mail", limit: 2, lease: .seconds(60))
            try await other.complete(try #require(claims.first))
            try await isBack(one)
            #expect(try await one.depth() == QueueDepth(ready: 1, inFlight: 1, dead: 0))
        }
    }

    @Test func refusesAStreamOfSomethingElse() async throws {
        try await NATSServer.with { server in
            let made = #"{"name":"test","subjects":["test.*"],"storage":"memory","max_msgs_per_subject":1}"#
            _ = try await LineConversation.ask(
                "CONNECT {}\r\nSUB in 1\r\nPUB $JS.API.STREAM.CREATE.test in \(made.utf8.count)\r\n\(made)\r\nPING",
                port: server.port,
                until: "stream_create_response",
                within: .seconds(5)
            )
            let error = await #expect(throws: MessagingError.self) { try await queue(at: server).depth() }
            #expect(error?.description.contains("name another in the URL") == true, "\(error?.description ?? "")")
        }
    }

    /// What was in it is lost; what comes then is not.
    @Test func makesTheStreamAnewWhenItIsGone() async throws {
        try await NATSServer.with { server in
            let queue = try queue(at: server)
            _ = try await queue.enqueue(message("a"), delay: .zero)
            #expect(try await queue.depth() == QueueDepth(ready: 1, inFlight: 0, dead: 0))
            _ = try await LineConversation.ask(
                "CONNECT {}\r\nSUB in 1\r\nPUB $JS.API.STREAM.DELETE.test in 0\r\n\r\nPING",
                port: server.port,
                until: "stream_delete_response",
                within: .seconds(5)
            )
            await #expect(throws: MessagingError.self) { try await queue.depth() }
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
            #expect(try await queue.enqueue(message("b"), delay: .zero) == .accepted)
            #expect(try await queue.claim(topic: "mail", limit: 9, lease: .seconds(60)).map(\.message.id) == ["b"])
        }
    }

    /// Somebody else has written to the stream; what can be read is worked on.
    @Test func passesOverWhatItCannotRead() async throws {
        try await NATSServer.with { server in
            let queue = try queue(at: server)
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
            for (id, body) in [("bad", "{}"), ("worse", "")] {
                let digest = #"{"id":"\#(id)","topic":"mail","state":"ready","time":0}"#
                let header = "NATS/1.0\r\nClowder-Message: \(digest)\r\n\r\n"
                let lengths = "\(header.utf8.count) \(header.utf8.count + body.utf8.count)"
                _ = try await LineConversation.ask(
                    "CONNECT {\"headers\":true}\r\nSUB in 1\r\nHPUB test.\(id) in \(lengths)\r\n\(header)\(body)\r\nPING",
                    port: server.port,
                    until: #""seq":"#,
                    within: .seconds(5)
                )
            }
            #expect(try await queue.depth().ready == 2)
            _ = try await queue.enqueue(message("good"), delay: .zero)
            #expect(try await queue.claim(topic: "mail", limit: 1, lease: .seconds(60)).map(\.message.id) == ["good"])
        }
    }

    @Test func namesTheLimitForAMessageThatIsTooLong() async throws {
        try await NATSServer.with { server in
            let long = Message(id: "a", topic: "mail", body: Array(repeating: 65, count: 740_000), headers: [:])
            let error = await #expect(throws: MessagingError.self) {
                try await queue(at: server).enqueue(long, delay: .zero)
            }
            #expect(error?.code == .refused)
            #expect(
                error?.description.contains("bytes are more than 983040; raise max_payload") == true,
                "\(error?.description ?? "")"
            )
        }
    }
}
