import Discovery
import HTTPProxy
import LoadBalancing
import Resilience
import TestSupport
import Testing

/// What the client sees of replicas that fail: nothing, as long as another can answer.
@Suite(.timeLimit(.minutes(1))) struct ProxyFailureTests {
    private static let ok = RawReplica.answer("200 OK", "hello")
    private static let nobody = Endpoint(id: "z", host: "127.0.0.1", port: 1)

    /// Two requests on a bad and a good replica, taken in turn: both are answered by the good one.
    private func expectNothingSeen(_ bad: RawReplica) async throws {
        let good = RawReplica("b", always: Self.ok)
        try await ProxyScope.with([bad, good]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<2 { try await client.get() }
            try await eventually("both are answered", holds: { scope.outcomes.count == 2 })
            #expect(scope.outcomes.map(\.status) == [200, 200])
            #expect(scope.outcomes.allSatisfy { $0.error == nil })
            #expect((1...2).contains(bad.calls))
            #expect(scope.retries >= 1)
            #expect(scope.outstanding == 0)
            try await eventually(
                "both came",
                holds: { client.text.matches(of: /HTTP\/1.1 200 OK\r\n/).count == 2 && client.text.hasSuffix("hello") }
            )
        }
    }

    @Test func hidesARefusedConnection() async throws {
        let good = RawReplica("b", always: Self.ok)
        try await ProxyScope.with([good], missing: [Self.nobody]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<4 { try await client.get() }
            try await eventually("all are answered", holds: { scope.outcomes.count == 4 })
            #expect(scope.outcomes.allSatisfy { $0.status == 200 })
            #expect(scope.retries >= 1)
        }
    }

    /// Who answers with an error is there, and is kept while the registry knows nobody; who refuses is not.
    @Test(arguments: [true, false])
    func tellsAnErrorFromNobody(_ isThere: Bool) async throws {
        let replicas = isThere ? [RawReplica("a", always: RawReplica.answer("500 Internal Server Error", "no"))] : []
        let time = ManualTime()
        var parts = ProxyScope.Parts()
        parts.poolTime = time
        try await ProxyScope.with(replicas, missing: isThere ? [] : [Self.nobody], parts: parts) { scope, port in
            scope.pool.replace(with: [])
            let client = try await RawClient.connect(to: port)
            for _ in 0..<5 { try await client.get() }
            try await eventually("all are answered", holds: { scope.outcomes.count == 5 })
            time.advance(by: .seconds(60))
            scope.pool.tick()
            #expect(scope.pool.count == replicas.count)
        }
    }

    @Test func hidesAReplicaThatHangsUp() async throws {
        try await expectNothingSeen(RawReplica("a") { _ in .writeAndClose("") })
    }

    @Test func hidesAReplicaThatResets() async throws {
        try await expectNothingSeen(RawReplica("a") { _ in .writeAndReset("") })
    }

    @Test func hidesAnAnswerThatBreaksOff() async throws {
        try await expectNothingSeen(
            RawReplica("a") { _ in .writeAndClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") }
        )
    }

    @Test(arguments: ["what?\r\n\r\n", "HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n", "HTTP/2 200 OK\r\n\r\n"])
    func hidesAnAnswerThatIsNoHTTP(answer: String) async throws {
        try await expectNothingSeen(RawReplica("a", always: answer))
    }

    @Test func hidesAnAnswerWithTwoLengths() async throws {
        try await expectNothingSeen(
            RawReplica("a", always: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx")
        )
    }

    @Test(arguments: ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
    func hidesAReplicaThatCannot(status: String) async throws {
        try await expectNothingSeen(RawReplica("a", always: RawReplica.answer(status, "no")))
    }

    @Test func hidesASilentReplica() async throws {
        try await expectNothingSeen(RawReplica("a") { _ in .wait })
    }

    @Test func passesOnWhatIsNoFailureOfTheReplica() async throws {
        let replica = RawReplica("a", always: RawReplica.answer("500 Internal Server Error", "oh"))
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            #expect(try await client.receives("oh").hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
            #expect(scope.retries == 0)
        }
    }

    @Test func passesTheLastRefusalOnWhenThereIsNoBetterAnswer() async throws {
        let replica = RawReplica("a", always: RawReplica.answer("503 Service Unavailable", "busy"))
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            #expect(try await client.receives("busy").hasPrefix("HTTP/1.1 503 "))
            #expect(replica.calls == 3)
            #expect(scope.retries == 2)
        }
    }

    @Test func saysSoWhenNobodyAnswers() async throws {
        try await ProxyScope.with([], missing: [Self.nobody]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get(fields: "X-Correlation-ID: lost\r\n")
            let answer = try await client.receives("lost")
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(answer.contains("\r\nDate: "))
            #expect(scope.outcomes.map(\.error) == ["unreachable"])
            try await client.get()
            try await eventually("the connection goes on", holds: { scope.outcomes.count == 2 })
        }
    }

    @Test func saysSoWhenThereIsNobody() async throws {
        try await ProxyScope.with([]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<3 { try await client.get() }
            try await eventually("all are answered", holds: { scope.outcomes.count == 3 })
            #expect(scope.outcomes.allSatisfy { $0.status == 503 && $0.error == "no-replica" })
        }
    }

    @Test func leavesAServiceAloneThatMostlyFails() async throws {
        try await ProxyScope.with([], missing: [Self.nobody]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for count in 1...22 {
                try await client.get()
                try await eventually("it is answered", holds: { scope.outcomes.count == count })
            }
            #expect(scope.outcomes.map(\.status) == Array(repeating: 503, count: 22))
            #expect(scope.outcomes.suffix(2).allSatisfy { $0.error == "breaker-open" })
            #expect(scope.refusals == [.breakerOpen, .breakerOpen])
            #expect(scope.outcomes.dropLast(2).allSatisfy { $0.error == "unreachable" })
            #expect(scope.outstanding == 0)
        }
    }

    @Test func endsAtTheDeadline() async throws {
        let replica = RawReplica("a") { _ in .wait }
        try await ProxyScope.with([replica], deadline: .seconds(1)) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            #expect(try await client.receives("deadlineExceeded").hasPrefix("HTTP/1.1 504 "))
            try await eventually("the replica's connection is closed", holds: { replica.closedConnections == 1 })
            let outcome = try #require(scope.outcomes.first)
            #expect((Duration.milliseconds(990)...Duration.seconds(5)).contains(outcome.duration))
            #expect(scope.outstanding == 0)
        }
    }

    /// A short body must not look like a whole one.
    @Test func abortsAnAnswerThatTheClientHasSeenSomeOf() async throws {
        let large = String(repeating: "x", count: 100_000)
        let replica = RawReplica("a") { _ in
            .writeAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n\(large)\r\n")
        }
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            try await client.isEnded()
            #expect(client.text.utf8.count > 65_536)
            #expect(!client.text.hasSuffix("0\r\n\r\n"))
            #expect(scope.outcomes.map(\.error) == ["aborted"])
            #expect(scope.outstanding == 0)
        }
    }

    @Test(arguments: [false, true]) func givesUpWhenTheClientLeaves(byHalves: Bool) async throws {
        let replica = RawReplica("a") { _ in .wait }
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            try await eventually("the replica has the request", holds: { replica.calls == 1 })
            if byHalves { try await client.closeOutput() } else { try await client.close() }
            try await eventually("the replica's connection is closed", holds: { replica.closedConnections == 1 })
            // The replica may learn of it before the outcome is told.
            try await eventually("the outcome", holds: { scope.outcomes.map(\.status) == [499] })
            try await eventually("nothing is under way", holds: { scope.outstanding == 0 })
            if byHalves { try await client.isEnded() }
        }
    }

    /// A replica may close an idle connection in the very moment in which it is used again.
    @Test func noticesAConnectionThatWasClosedWhileItWasIdle() async throws {
        let replica = RawReplica("a") { call in call % 2 == 0 ? .writeAndClose("") : .write(Self.ok) }
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            try await eventually("one is answered", holds: { scope.outcomes.count == 1 })
            try await client.get()
            try await eventually("two are answered", holds: { scope.outcomes.count == 2 })
            #expect(scope.outcomes.allSatisfy { $0.status == 200 })
            #expect(scope.retries == 0)
            #expect(replica.calls == 3)
        }
    }

    @Test func trustsNoBytesThatNobodyAskedFor() async throws {
        let replica = RawReplica("a", always: Self.ok + Self.ok)
        try await ProxyScope.with([replica]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<3 { try await client.get() }
            try await eventually("all are answered", holds: { scope.outcomes.count == 3 })
            #expect(replica.connections == 3)
        }
    }

    // MARK: Too much to do

    /// Two replicas in turn, one of which refuses: overload is no failure of it, everything else is.
    @Test(arguments: [("X-Overloaded: 1\r\n", 0), ("x-overloaded: yes\r\n", 0), ("X-Overload: 1\r\n", 1), ("", 1)])
    func ejectsNoReplicaThatIsOverloaded(mark: String, ejected: Int) async throws {
        let refusal = RawReplica.answer("503 Service Unavailable", "no", fields: "Retry-After: 1\r\n" + mark)
        let crowded = RawReplica("a", always: refusal)
        try await ProxyScope.with([crowded, RawReplica("b", always: Self.ok)]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<20 { try await client.get() }
            try await eventually("all are answered", holds: { scope.outcomes.count == 20 })
            // Whoever is refused by one is served by the other.
            #expect(scope.outcomes.allSatisfy { $0.status == 200 })
            #expect(scope.retries == crowded.calls)
            #expect(ejected == 0 ? crowded.calls >= 10 : crowded.calls == 5)
            #expect(scope.outstanding == 0)
        }
    }

    @Test func leavesTheBreakerClosedWhenOverloadIsAllThatItHears() async throws {
        let refusal = RawReplica.answer("503 Service Unavailable", "no", fields: "X-Overloaded: 1\r\n")
        try await ProxyScope.with([RawReplica("a", always: refusal)]) { scope, port in
            let client = try await RawClient.connect(to: port)
            for _ in 0..<30 { try await client.get() }
            try await eventually("all are answered", holds: { scope.outcomes.count == 30 })
            #expect(scope.outcomes.allSatisfy { $0.status == 503 && $0.error == nil })
            #expect(scope.breaker.phase == .closed)
            // The mark is between services; the client reads Retry-After.
            #expect(!client.text.contains("X-Overloaded"))
        }
    }

    @Test func shedsWhatIsTooMuchAndGivesPlacesBack() async throws {
        let replica = RawReplica("a") { call in call == 1 ? .wait : .write(Self.ok) }
        try await ProxyScope.with([replica], deadline: .seconds(1), limit: 1) { scope, port in
            let (first, second) = (try await RawClient.connect(to: port), try await RawClient.connect(to: port))
            try await first.get()
            try await eventually("the first is under way", holds: { replica.calls == 1 })
            try await second.get()
            try await eventually("the second is shed", holds: { second.text.contains("503") })
            #expect(second.text.contains("shed(retryAfter: 2.0 seconds)"))
            #expect(replica.calls == 1)
            try await eventually("the first meets its deadline", holds: { first.text.contains("504") })
            #expect(scope.concurrency.inFlight == 0)
            try await second.get()
            try await eventually("there is room again", holds: { second.text.hasSuffix("hello") })
            try await eventually("all are over", holds: { scope.outcomes.count == 3 })
            #expect(scope.outcomes.map(\.error) == ["shed", "deadline-exceeded", nil])
            #expect(scope.concurrency.inFlight == 0)
        }
    }

    @Test func givesThePlaceOfAClientBackThatLeaves() async throws {
        let replica = RawReplica("a") { _ in .wait }
        try await ProxyScope.with([replica], limit: 1) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            try await eventually("it is under way", holds: { replica.calls == 1 })
            #expect(scope.concurrency.inFlight == 1)
            try await client.close()
            try await eventually("it is over", holds: { scope.concurrency.inFlight == 0 })
        }
    }
}
