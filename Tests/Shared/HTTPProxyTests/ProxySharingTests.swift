import Conformance
import HTTPProxy
import LoadBalancing
import Resilience
import TestSupport
import Testing

/// Answers that several proxies share.
@Suite(.timeLimit(.minutes(1))) struct ProxySharingTests {
    private let time = ManualTime()
    private let store: MemoryResponseStore

    init() {
        store = MemoryResponseStore(time)
    }

    private var parts: ProxyScope.Parts {
        var parts = ProxyScope.Parts(
            lifetime: ResponseLifetime(fresh: .seconds(60), staleWhileRevalidate: .zero, staleIfError: .zero)
        )
        parts.store = store
        return parts
    }

    private static func get(_ port: Int, until word: String = "hello") async throws -> String {
        let client = try await RawClient.connect(to: port)
        try await client.get("/things", fields: "")
        return try await client.receives(word)
    }

    private static func answer(_ fields: String = "") -> String {
        RawReplica.answer("200 OK", "hello", fields: "ETag: \"1\"\r\n" + fields)
    }

    /// Runs `body` with two proxies before a replica each, which share what they keep.
    private func withTwo(
        _ first: RawReplica,
        _ second: RawReplica,
        _ body: (_ firstPort: Int, _ secondPort: Int, ProxyScope) async throws -> Void
    ) async throws {
        try await ProxyScope.with([first], parts: parts) { _, firstPort in
            try await ProxyScope.with([second], parts: parts) { scope, secondPort in
                try await body(firstPort, secondPort, scope)
            }
        }
    }

    @Test func servesWhatAnotherProxyHasFetched() async throws {
        let replicas = ["a", "b"].map { RawReplica($0, always: Self.answer("Content-Type: text/plain\r\n")) }
        try await withTwo(replicas[0], replicas[1]) { first, second, scope in
            _ = try await Self.get(first)
            time.advance(by: .seconds(7))
            let answer = try await Self.get(second)
            #expect(answer.contains("\r\nAge: 7\r\nCache-Status: clowder; hit; ttl=53; detail=shared\r\n"))
            #expect(answer.contains("\r\nETag: \"1\"\r\nContent-Type: text/plain\r\n"))
            #expect(answer.contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
            #expect(answer.hasSuffix("\r\nContent-Length: 5\r\n\r\nhello"))
            // From then on it is there, as old as it is.
            let again = try await Self.get(second)
            let age = try #require(again.firstMatch(of: /Age: (\d+)\r\nCache-Status: clowder; hit; ttl=\d+\r\n/))
            #expect(try #require(Int(age.output.1)) >= 7)
            #expect(replicas.map(\.calls) == [1, 0])
            #expect(scope.outcomes.map(\.cache) == [.shared, .hit])
            #expect(scope.responses.usage.count == 1)
        }
    }

    @Test func tellsAClientThatItHasItAlready() async throws {
        let replicas = ["a", "b"].map { RawReplica($0, always: Self.answer()) }
        try await withTwo(replicas[0], replicas[1]) { first, second, _ in
            _ = try await Self.get(first)
            let client = try await RawClient.connect(to: second)
            try await client.get("/things", fields: "If-None-Match: \"1\"\r\n")
            #expect(try await client.receives("\r\n\r\n").hasPrefix("HTTP/1.1 304 Not Modified\r\n"))
            #expect(replicas[1].calls == 0)
        }
    }

    /// The server's `max-age` holds for all who share the answer.
    @Test func fetchesAnewWhatIsNotFreshAnyMore() async throws {
        let replicas = ["a", "b"].map { RawReplica($0, always: Self.answer("Cache-Control: max-age=5\r\n")) }
        try await withTwo(replicas[0], replicas[1]) { first, second, _ in
            _ = try await Self.get(first)
            time.advance(by: .seconds(5))
            #expect(try await Self.get(second).contains("\r\nCache-Status: clowder; fwd=uri-miss; stored\r\n"))
            #expect(replicas.map(\.calls) == [1, 1])
        }
    }

    @Test func fetchesAnewWhatAnotherProxyHasInvalidated() async throws {
        let replicas = ["a", "b"].map { RawReplica($0, always: Self.answer()) }
        try await withTwo(replicas[0], replicas[1]) { first, second, _ in
            _ = try await Self.get(first)
            #expect(await store.invalidate("things"))
            #expect(try await Self.get(second).contains("\r\nCache-Status: clowder; fwd=uri-miss; stored\r\n"))
            #expect(replicas.map(\.calls) == [1, 1])
        }
    }

    /// What was asked of the service before the change must not be found after it, by nobody.
    @Test func doesNotShareWhatWasAskedForBeforeAnInvalidation() async throws {
        let slow = RawReplica("a") { _ in .wait }
        let other = RawReplica("b", always: Self.answer())
        try await withTwo(slow, other) { first, second, _ in
            let call = Attempt { try await Self.get(first) }
            try await eventually("the call is under way", holds: { slow.calls == 1 })
            #expect(await store.invalidate("things"))
            slow.answerWaiting(with: Self.answer())
            _ = try await call.ends().get()
            #expect(store.count == 1)
            _ = try await Self.get(second)
            #expect(other.calls == 1)
        }
    }

    @Test(arguments: [
        "Cache-Control: private\r\n", "Cache-Control: no-store\r\n", "Vary: Accept\r\n", "Set-Cookie: a=1\r\n",
    ])
    func doesNotShareWhatIsNotToBeKept(_ fields: String) async throws {
        let replicas = ["a", "b"].map { RawReplica($0, always: Self.answer(fields)) }
        try await withTwo(replicas[0], replicas[1]) { first, second, _ in
            _ = try await Self.get(first)
            _ = try await Self.get(second)
            #expect(store.count == 0)
            #expect(replicas.allSatisfy { $0.calls > 0 })
        }
    }

    @Test func goesOnWithoutTheStore() async throws {
        let replicas = ["a", "b"].map { RawReplica($0, always: Self.answer()) }
        store.isAway = true
        try await withTwo(replicas[0], replicas[1]) { first, second, scope in
            for port in [first, second, second] { _ = try await Self.get(port) }
            #expect(replicas.map(\.calls) == [1, 1])
            #expect(scope.outcomes.map(\.cache) == [.miss, .hit])
        }
    }

    /// What is in another form, or was damaged, is fetched.
    @Test(arguments: [[], [1], [9, 9, 9], Array(repeating: 0, count: 200)] as [[UInt8]])
    func fetchesWhatItCannotRead(_ bytes: [UInt8]) async throws {
        let replica = RawReplica("a", always: Self.answer())
        try await ProxyScope.with([replica], parts: parts) { _, port in
            let epoch = try await store.missing("search  /things", in: "things")
            store.keep(
                StoredResponse(bytes: bytes, fresh: .seconds(60)),
                as: "search  /things",
                in: "things",
                from: epoch
            )
            _ = try await Self.get(port)
            #expect(replica.calls == 1)
        }
    }

    /// A store that does not call back in time holds nothing up for longer than the deadline, and a client may leave.
    @Test func letsAClientLeaveWhileTheStoreIsAsked() async throws {
        let replica = RawReplica("a", always: Self.answer())
        var parts = parts
        let silent = SilentStore()
        parts.store = silent
        try await ProxyScope.with([replica], parts: parts) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get("/things", fields: "")
            try await eventually("the store is asked", holds: { silent.waiting == 1 })
            try await client.close()
            try await eventually("the request is over", holds: { scope.outcomes.map(\.status) == [499] })
            silent.answer()
            let other = Attempt { try await Self.get(port) }
            try await eventually("the store is asked again", holds: { silent.waiting == 1 })
            silent.answer()
            #expect(try await other.ends().get().contains("hello"))
            #expect(replica.calls == 1)
        }
    }
}
