import AsyncHTTPClient
import HTTPEdge
import Hummingbird
import InMemoryLogging
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import ServiceRuntime

/// A listener with a certificate, over sockets.
@Suite(.timeLimit(.minutes(2))) struct EncryptedListenerTests {
    @Test func answersHTTP1AndHTTP2() async throws {
        try await EncryptedListener.run { _, url in
            for isOld in [true, false] {
                try await withEncryptedClient(http1Only: isOld) { client in
                    let answer = try await client.get(url)
                    #expect(answer.version == (isOld ? "1.1" : "2.0"))
                    #expect(answer.status == 200)
                    #expect(answer.headers["x-correlation-id"]?.count == 32)
                }
            }
        }
    }

    @Test(arguments: [true, false]) func movesBodiesBothWays(isHTTP1: Bool) async throws {
        let echo: @Sendable (Request) async throws -> Response = { request in
            Response(status: .ok, body: .init(byteBuffer: try await request.body.collect(upTo: 8 << 20)))
        }
        try await EncryptedListener.run(handler: echo) { _, url in
            try await withEncryptedClient(http1Only: isHTTP1) { client in
                let text = String(repeating: "0123456789abcdef", count: 1 << 15)
                var request = HTTPClientRequest(url: url)
                request.method = .POST
                request.body = .bytes(ByteBuffer(string: text))
                let answer = try await client.answer(to: request)
                #expect(answer.status == 200)
                #expect(answer.body == text)
            }
        }
    }

    @Test func servesManyRequestsOfOneConnectionAtOnce() async throws {
        let gate = Meeting(of: 10)
        let wait: @Sendable (Request) async throws -> Response = { _ in
            await gate.meet()
            return Response(status: .ok)
        }
        try await EncryptedListener.run(handler: wait) { listener, url in
            try await withEncryptedClient { client in
                // The first one makes the connection that the others share.
                let statuses = try await withThrowingTaskGroup(of: UInt.self) { tasks in
                    for _ in 0..<10 { tasks.addTask { try await client.get(url).status } }
                    return try await tasks.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == Array(repeating: 200, count: 10))
                let connections = listener.tracker.snapshot
                #expect(connections.map(\.requests) == [10] && connections.map(\.inFlight) == [0])
            }
        }
    }

    /// Work that ends when it is cancelled, and not before.
    private static func endless(
        _ started: Meeting,
        _ cancelled: Meeting
    ) -> @Sendable (Request) async throws -> Response {
        { _ in
            await started.meet()
            let (never, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            for await _ in never {}
            continuation.finish()
            await cancelled.meet()
            throw CancellationError()
        }
    }

    @Test func cancelsTheWorkForARequestThatIsTakenBack() async throws {
        let (started, cancelled) = (Meeting(of: 2), Meeting(of: 2))
        let work = Self.endless(started, cancelled)
        try await EncryptedListener.run(handler: work) { listener, url in
            try await withEncryptedClient { client in
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { _ = try await client.get(url) }
                    await started.meet()
                    #expect(listener.tracker.snapshot.map(\.inFlight) == [1])
                    tasks.cancelAll()
                    await cancelled.meet()
                    try await eventually("nothing in flight") {
                        listener.tracker.snapshot.allSatisfy { $0.inFlight == 0 }
                    }
                    try await eventually("a line that says so") {
                        listener.log.entries.contains { entry in
                            entry.message == "request finished" && entry.metadata["outcome"] == "cancelled"
                                && entry.metadata["http.status"]?.description == "499"
                        }
                    }
                }
            }
        }
    }

    @Test func finishesWhatIsUnderWayWhenItShutsDown() async throws {
        let (started, release) = (Meeting(of: 2), Meeting(of: 2))
        let wait: @Sendable (Request) async throws -> Response = { _ in
            await started.meet()
            await release.meet()
            return Response(status: .ok)
        }
        try await EncryptedListener.run(handler: wait) { listener, url in
            try await withEncryptedClient { client in
                try await withThrowingTaskGroup(of: UInt.self) { tasks in
                    tasks.addTask { try await client.get(url).status }
                    await started.meet()
                    await listener.shutDown()
                    await release.meet()
                    #expect(try await tasks.next() == 200)
                    try await eventually("no connection") { listener.tracker.snapshot.isEmpty }
                }
            }
        }
    }

    @Test func showsANewCertificateToNewConnectionsOnly() async throws {
        try await EncryptedListener.run { listener, url in
            try await withEncryptedClient(trusting: .first) { old in
                #expect(try await old.get(url).status == 200)
                try listener.files.write(.second)
                listener.reload()
                // This client would refuse the new certificate: it goes on with its connection.
                #expect(try await old.get(url).status == 200)
                try await withEncryptedClient(trusting: .second) { new in
                    let status = try await new.get(url).status
                    #expect(status == 200)
                }
            }
        }
    }

    /// The end that TLS itself announces would tell a client that nothing is missing.
    @Test(arguments: [10, 5]) func endsAnAnswerThatIsTooShortWithoutAFarewell(told: Int) async throws {
        let write: @Sendable (Request) async throws -> Response = { _ in
            let body = ResponseBody(contentLength: told) { writer in
                try await writer.write(ByteBuffer(string: "hello"))
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: [.connection: "close"], body: body)
        }
        try await EncryptedListener.run(handler: write) { _, url in
            let client = try await RawClient.connect(to: url, trusting: .first)
            try await client.send("GET /thing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await client.isFarewellHeard == (told == 5))
        }
    }

    /// What changes something is finished and answered, though its client has said its last word.
    @Test(arguments: [true, false]) func answersAClientThatHasEnded(isEncrypted: Bool) async throws {
        let (started, release) = (Meeting(of: 2), Meeting(of: 2))
        let wait: @Sendable (Request) async throws -> Response = { _ in
            await started.meet()
            await release.meet()
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(repeating: 97, count: 4 << 20)))
        }
        try await EncryptedListener.run(isEncrypted: isEncrypted, handler: wait) { _, url in
            let client = try await RawClient.connect(to: url, trusting: isEncrypted ? .first : nil)
            try await client.send("POST /thing HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            await started.meet()
            try await client.endWithoutFarewell()
            await release.meet()
            #expect(try await client.isFarewellHeard == isEncrypted)
            #expect(client.received.hasPrefix("HTTP/1.1 200 OK"))
            #expect(client.received.utf8.count > 4 << 20)
        }
    }

    /// A client that has said its last word while it waits for what it only wanted to read is taken to be gone.
    @Test(arguments: [true, false]) func cancelsTheWorkForAClientThatHasLeft(isEncrypted: Bool) async throws {
        let (started, cancelled) = (Meeting(of: 2), Meeting(of: 2))
        let work = Self.endless(started, cancelled)
        try await EncryptedListener.run(isEncrypted: isEncrypted, handler: work) { listener, url in
            let client = try await RawClient.connect(to: url, trusting: isEncrypted ? .first : nil)
            try await client.send("GET /thing HTTP/1.1\r\nHost: a\r\n\r\n")
            await started.meet()
            try await client.endWithoutFarewell()
            await cancelled.meet()
            try await eventually("no connection", holds: { listener.tracker.snapshot.isEmpty })
            #expect(client.received.isEmpty)
        }
    }

    @Test func refusesWithAProblemOverHTTP2() async throws {
        try await EncryptedListener.run { listener, url in
            try await withEncryptedClient { client in
                // Before the client knows that it may send more, a head of more than 16 KiB ends the connection.
                _ = try await client.get(url)
                var request = HTTPClientRequest(url: url)
                request.headers.add(name: "X-Long", value: String(repeating: "a", count: 17_000))
                let answer = try await client.answer(to: request)
                #expect(answer.version == "2.0" && answer.status == 431)
                #expect(answer.headers["content-type"] == "application/problem+json")
                #expect(answer.headers["x-correlation-id"]?.count == 32)
                #expect(answer.body.contains("fields-too-large"))
                #expect(listener.tracker.snapshot.map(\.requests) == [1])
            }
        }
    }

    @Test func endsAHandshakeThatTakesTooLong() async throws {
        var limits = EdgeLimits()
        limits.headTime = .milliseconds(1)
        try await EncryptedListener.run(limits: limits) { _, url in
            let client = try await RawClient.connect(to: url, trusting: nil)
            #expect(try await !client.isFarewellHeard)
        }
    }
}
