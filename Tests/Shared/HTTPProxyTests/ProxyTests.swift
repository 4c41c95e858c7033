import HTTPProxy
import TestSupport
import Testing

/// Requests on their way to a replica and back.
@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    private static let ok = RawReplica.answer("200 OK", "hello", fields: "Content-Type: text/plain\r\n")

    @Test func passesARequestOnInItsOwnWords() async throws {
        let replica = RawReplica("a", always: Self.ok)
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get(
                "/things?q=a%20b",
                fields: "Accept: */*\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\nForwarded: for=x\r\n"
                    + "X-Overloaded: 1\r\nX-User-ID: root\r\nx-user-roles: admin\r\nX-FORWARDED-PROTO: https\r\nX-Request-Timeout-Ms: 999999\r\nConnection: keep-alive, X-Private\r\n"
                    + "X-Private: 1\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Correlation-ID: story-1\r\nCookie: a=b\r\n"
            )
            let answer = try await client.receives("hello")
            let lines = try #require(replica.heads.first).split(separator: "\r\n").map(String.init)
            #expect(lines[0] == "GET /things?q=a%20b HTTP/1.1")
            #expect(lines[1].hasPrefix("Host: 127.0.0.1:"))
            #expect(lines[2] == "Accept: */*")
            #expect(lines[3] == "Cookie: a=b")
            #expect(lines[4] == "X-Correlation-ID: story-1")
            #expect(lines[5].wholeMatch(of: /traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01/) != nil)
            #expect(lines[6] == "X-Forwarded-For: 127.0.0.1")
            let remaining = try #require(Int(lines[7].dropFirst("X-Request-Timeout-Ms: ".count)))
            #expect((9000...10_000).contains(remaining))
            #expect(lines.count == 8)
            #expect(
                answer == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Correlation-ID: story-1\r\n"
                    + "X-Content-Type-Options: nosniff\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                    + "Content-Length: 5\r\n\r\nhello"
            )
            #expect(scope.outcomes.map(\.status) == [200])
            #expect(scope.begun.first?.hasPrefix("/things story-1 ") == true)
            #expect(scope.outstanding == 0)
        }
    }

    @Test func goesOnWithTheTraceOfItsCaller() async throws {
        let replica = RawReplica("a", always: Self.ok)
        try await ProxyScope.with([replica]) { _, port in
            let client = try await RawClient.connect(to: port)
            let trace = "0af7651916cd43dd8448eb211c80319c"
            try await client.get(fields: "traceparent: 00-\(trace)-b7ad6b7169203331-00\r\ntracestate: a=b\r\n")
            _ = try await client.receives("hello")
            let head = try #require(replica.heads.first)
            let pattern = /traceparent: 00-0af7651916cd43dd8448eb211c80319c-([0-9a-f]{16})-00\r\n/
            let span = try #require(head.firstMatch(of: pattern)).output.1
            #expect(span != "b7ad6b7169203331")
            #expect(head.contains("\r\ntracestate: a=b\r\n"))
        }
    }

    @Test func makesIDsThatDiffer() async throws {
        let replica = RawReplica("a", always: Self.ok)
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<300 { try await client.get() }
            try await eventually("all are answered", holds: { scope.outcomes.count == 300 })
            let ids = scope.begun.map { $0.split(separator: " ").dropFirst() }
            #expect(ids.allSatisfy { $0.map(\.count) == [32, 32, 16] })
            for column in 1...3 { #expect(Set(scope.begun.map { $0.split(separator: " ")[column] }).count == 300) }
            #expect(replica.connections == 1)
        }
    }

    @Test func usesAConnectionForOneRequestAfterTheOther() async throws {
        let replica = RawReplica("a", always: Self.ok)
        try await ProxyScope.with([replica]) { scope, port in
            for _ in 0..<20 {
                let client = try await RawClient.connect(to: port)
                try await client.get(fields: "Connection: close\r\n")
                let answer = try await client.receives("hello")
                #expect(answer.contains("\r\nConnection: close\r\n"))
                try await client.isEnded()
            }
            // One for each event loop at most.
            #expect(replica.connections <= 64)
            #expect(replica.connections < 20)
            #expect(scope.outcomes.count == 20)
        }
    }

    @Test(arguments: [
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n",
            "Content-Length: 5\r\n\r\nabcde"
        ),
        (
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
            "Content-Length: 2\r\n\r\nab"
        ),
        ("HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n", "GMT\r\n\r\n"),
        ("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", "GMT\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "Content-Length: 0\r\n\r\n"),
    ]) func framesAnswersAnew(answer: String, end: String) async throws {
        let replica = RawReplica("a", always: answer)
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<2 { try await client.get() }
            try await eventually("both are answered", holds: { scope.outcomes.count == 2 })
            let text = try await client.receives(end)
            #expect(text.hasSuffix(end))
            #expect(!text.contains("Server:") && !text.contains("chunked"))
            #expect(replica.connections == 1)
        }
    }

    @Test func takesTheEndOfTheConnectionForTheEndOfAnAnswerThatSaysNoLength() async throws {
        let replica = RawReplica("a") { _ in .writeAndClose("HTTP/1.1 200 OK\r\n\r\nall of it") }
        try await ProxyScope.with([replica]) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            #expect(try await client.receives("all of it").contains("\r\nContent-Length: 9\r\n"))
        }
    }

    @Test(arguments: [true, false]) func passesLargeAnswersOnAsTheyCome(isChunked: Bool) async throws {
        let body = String(repeating: "0123456789abcdef", count: 65536)
        let answer =
            isChunked
            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n\(body)\r\n0\r\n\r\n"
            : RawReplica.answer("200 OK", body)
        let replica = RawReplica("a", always: answer)
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            try await eventually("it is answered", holds: { scope.outcomes.count == 1 })
            let end = isChunked ? "\r\n0\r\n\r\n" : "0123456789abcdef"
            try await eventually(
                "all of it came",
                holds: { client.text.utf8.count > 1 << 20 && client.text.hasSuffix(end) }
            )
            let bytes = client.text.utf8.count { $0 == UInt8(ascii: "f") }
            #expect(bytes >= 65536)
            #expect(client.text.contains(isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 1048576"))
        }
    }

    /// A connection to a replica that was paused for a slow client serves the next one.
    @Test func goesOnAfterASlowClient() async throws {
        let large = RawReplica.answer("200 OK", String(repeating: "x", count: 8 << 20))
        let replica = RawReplica("a") { call in .write(call == 1 ? large : Self.ok) }
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port, reads: false)
            try await client.get()
            try await eventually("the replica has the request", holds: { replica.calls == 1 })
            try await client.startReading()
            try await client.get()
            try await eventually("both are answered", holds: { scope.outcomes.count == 2 })
            #expect(try await client.receives("hello").utf8.count > 8 << 20)
            #expect(scope.outcomes.map(\.status) == [200, 200])
            #expect(scope.outcomes.allSatisfy { $0.error == nil })
            #expect(scope.retries == 0 && replica.connections == 1)
        }
    }

    /// Who sends requests and reads no answers is not answered without end.
    @Test func beginsNoRequestForAClientThatReadsNothing() async throws {
        let replica = RawReplica("a", always: RawReplica.answer("200 OK", String(repeating: "x", count: 60_000)))
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port, reads: false)
            let count = 2000
            for _ in 0..<count { try await client.get() }
            // Answers that fit into the buffers on the way are made; 120 MB do not fit.
            var before = -1
            try await eventually(
                "the proxy comes to a halt",
                holds: {
                    defer { before = scope.outcomes.count }
                    return before > 0 && before == scope.outcomes.count
                }
            )
            #expect(scope.outcomes.count < count / 2)
            try await client.startReading()
            try await eventually("all are answered", holds: { scope.outcomes.count == count })
            try await client.close()
        }
    }

    /// A client that has said its last word before it begins to read gets all that was answered; its last request is
    /// given up, as it looks like one of a client that has left.
    @Test func dropsNothingThatWaitsForAClientThatHasEnded() async throws {
        let body = String(repeating: "x", count: 60_000)
        let replica = RawReplica("a", always: RawReplica.answer("200 OK", body))
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port, reads: false)
            let count = 400
            for _ in 0..<count { try await client.get() }
            try await client.closeOutput()
            try await eventually("the first is answered", holds: { !scope.outcomes.isEmpty })
            try await client.startReading()
            try await client.isEnded()
            #expect(client.text.utf8.count > (count - 1) * body.utf8.count)
        }
    }

    @Test func readsNoFasterThanTheClient() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"
        let replica = RawReplica("a") { _ in .flood(head + String(repeating: "x", count: 1 << 16)) }
        try await ProxyScope.with([replica], deadline: .seconds(6)) { scope, port in
            let client = try await RawClient.connect(to: port, reads: false)
            try await client.get()
            // With a client that never reads, the proxy must come to a halt; it would take gigabytes otherwise.
            try await eventually("the deadline has passed", holds: { !scope.outcomes.isEmpty })
            #expect(replica.flooded > 0 && replica.flooded < 128 * 1024 * 1024, "\(replica.flooded)")
            #expect(scope.outcomes.first?.error == "client-too-slow")
            try await client.close()
        }
    }
}
