import Discovery
import LoadBalancing
import TCPProxy
import TestSupport
import Testing

/// Connections that are passed on byte for byte.
@Suite(.timeLimit(.minutes(1))) struct TCPProxyTests {
    private static let nobody = Endpoint(id: "z", host: "127.0.0.1", port: 1)

    @Test func hasTheDocumentedDefaults() {
        #expect(TCPLimits().connectTime == .seconds(1))
        #expect(TCPLimits().idleTime == .seconds(300))
        #expect(TCPLimits().totalTime == .seconds(3600))
        #expect(TCPLimits().maximumConnections == 1000)
        #expect(TCPLimits.attempts == 3)
    }

    @Test func passesBytesOnBothWays() async throws {
        let server = TCPServer(.echo)
        try await TCPScope.with([try await server.start()]) { scope, proxy, port in
            let client = try await TCPClient.connect(to: port)
            try await client.send("one ")
            try await eventually("the first word is back", holds: { client.text == "one " })
            #expect(proxy.sessionCount == 1 && scope.outstanding == 1)
            try await client.send("two")
            try await eventually("both are back", holds: { client.text == "one two" })
            try await client.endOutput()
            try await eventually("the end is passed on", holds: { client.hasEnded })
            try await eventually("it is over", holds: { scope.reports.count == 1 })
            let report = try #require(scope.reports.first)
            #expect(report.outcome == .complete)
            #expect(report.replica?.id == "a" && report.peer == "127.0.0.1")
            #expect(report.received == 7 && report.sent == 7)
            #expect(scope.outstanding == 0)
            try await eventually("the replica's side is free", holds: { server.open == 0 })
        }
    }

    /// Who has said its last word still hears what the other has to say, however long that is.
    @Test func forwardsHalfCloses() async throws {
        let server = TCPServer(.countAtTheEnd)
        try await TCPScope.with([try await server.start()]) { scope, _, port in
            let client = try await TCPClient.connect(to: port)
            try await client.send(bytes: 3_000_000)
            try await client.endOutput()
            try await eventually("the answer is there", holds: { client.text == "3000000" && client.hasEnded })
            try await eventually("it is over", holds: { scope.reports.map(\.outcome) == [.complete] })
        }
    }

    @Test func forwardsTheHalfCloseOfAReplica() async throws {
        let server = TCPServer(.speakFirst(bytes: 8_000_000))
        try await TCPScope.with([try await server.start()]) { scope, _, port in
            let client = try await TCPClient.connect(to: port, reads: false)
            try await eventually("it has begun", holds: { server.connections == 1 })
            try await client.endOutput()
            try await client.startReading()
            try await eventually("all of it is there", holds: { client.bytes == 8_000_000 && client.hasEnded })
            try await eventually("it is over", holds: { scope.reports.map(\.outcome) == [.complete] })
            #expect(scope.reports.first?.sent == 8_000_000)
        }
    }

    @Test func forwardsTheResetOfAReplica() async throws {
        let server = TCPServer(.reset)
        try await TCPScope.with([try await server.start()]) { scope, _, port in
            let client = try await TCPClient.connect(to: port)
            try await client.send("x")
            try await eventually("it is reset", holds: { client.wasReset && client.isClosed })
            #expect(!client.hasEnded, "a reset must not look like an end")
            try await eventually("it is over", holds: { scope.reports.map(\.outcome) == [.reset] })
        }
    }

    @Test func forwardsTheResetOfAClient() async throws {
        let server = TCPServer(.silent)
        try await TCPScope.with([try await server.start()]) { scope, _, port in
            let client = try await TCPClient.connect(to: port)
            try await client.send("x")
            try await eventually("it is through", holds: { server.open == 1 })
            try await client.reset()
            try await eventually("the replica feels it", holds: { server.open == 0 && server.broken == 1 })
            #expect(scope.reports.map(\.outcome) == [.reset])
        }
    }

    // MARK: Limits

    @Test func goesElsewhereWhenAReplicaCannotBeReached() async throws {
        let server = TCPServer(.echo)
        try await TCPScope.with([Self.nobody, try await server.start()]) { scope, _, port in
            for _ in 0..<4 {
                let client = try await TCPClient.connect(to: port)
                try await client.send("x")
                try await eventually("it is back", holds: { client.text == "x" })
                try await client.endOutput()
            }
            try await eventually("all are over", holds: { scope.reports.count == 4 })
            #expect(scope.reports.allSatisfy { $0.outcome == .complete && $0.replica?.id == "a" })
        }
    }

    @Test(arguments: [[nobody], []]) func turnsClientsAwayWhenThereIsNobody(_ endpoints: [Endpoint]) async throws {
        try await TCPScope.with(endpoints) { scope, _, port in
            // It may be turned away before it knows that it is connected.
            let client = try? await TCPClient.connect(to: port)
            try await eventually("it is turned away", holds: { client?.isClosed ?? true })
            try await eventually("it is over", holds: { scope.reports.map(\.outcome) == [.unreachable] })
            #expect(scope.reports.first?.replica == nil)
            #expect(scope.outstanding == 0)
        }
    }

    @Test func endsWhatIsIdle() async throws {
        let server = TCPServer(.silent)
        let limits = TCPLimits(idleTime: .seconds(1))
        try await TCPScope.with([try await server.start()], limits: limits) { scope, _, port in
            let client = try await TCPClient.connect(to: port)
            // On a busy machine it may have ended before.
            try? await client.send("still here")
            try await eventually("it is ended", holds: { client.isClosed && server.open == 0 })
            #expect(scope.reports.map(\.outcome) == [.idle])
            #expect(try #require(scope.reports.first).duration >= .seconds(1))
        }
    }

    /// A side that takes nothing is as idle as one that says nothing.
    @Test func endsWhatNobodyReads() async throws {
        let server = TCPServer(.speakFirst(bytes: 50_000_000))
        let limits = TCPLimits(idleTime: .milliseconds(500))
        try await TCPScope.with([try await server.start()], limits: limits) { scope, _, port in
            let client = try await TCPClient.connect(to: port, reads: false)
            try await eventually("it is ended", holds: { scope.reports.map(\.outcome) == [.idle] })
            #expect(try #require(scope.reports.first).sent < 50_000_000)
            try await eventually("the replica's side is free", holds: { server.open == 0 })
            try await client.reset()
        }
    }

    @Test func endsWhatLastsTooLong() async throws {
        let server = TCPServer(.echo)
        let limits = TCPLimits(totalTime: .seconds(1))
        try await TCPScope.with([try await server.start()], limits: limits) { scope, _, port in
            let client = try await TCPClient.connect(to: port)
            try await eventually(
                "it is ended, whatever passes",
                holds: {
                    // Once it is ended, nothing can be sent.
                    try? await client.send("x")
                    return client.isClosed
                }
            )
            #expect(scope.reports.map(\.outcome) == [.tooLong])
        }
    }

    @Test func turnsAwayWhatIsTooMuch() async throws {
        let server = TCPServer(.echo)
        let limits = TCPLimits(maximumConnections: 1)
        try await TCPScope.with([try await server.start()], limits: limits) { scope, proxy, port in
            let first = try await TCPClient.connect(to: port)
            try await eventually("the first is taken", holds: { proxy.sessionCount == 1 })
            // It may be turned away before it knows that it is connected.
            let second = try? await TCPClient.connect(to: port)
            try await eventually("the second is turned away", holds: { second?.isClosed ?? true })
            try await first.send("x")
            try await eventually("the first is served", holds: { first.text == "x" })
            try await first.endOutput()
            try await eventually("there is room again", holds: { proxy.sessionCount == 0 })
            let third = try await TCPClient.connect(to: port)
            try await third.send("x")
            try await eventually("the third is served", holds: { third.text == "x" })
            try await third.endOutput()
            try await eventually("all are over", holds: { scope.reports.count == 3 })
            #expect(scope.reports.map(\.outcome) == [.turnedAway, .complete, .complete])
        }
    }

    /// A connection that lasts says nothing of its replica beyond that it could be made.
    @Test func holdsNoLongConnectionAgainstAReplica() async throws {
        let server = TCPServer(.echo)
        try await TCPScope.with([try await server.start()]) { scope, _, port in
            let client = try await TCPClient.connect(to: port)
            try await client.send("x")
            try await eventually("it is served", holds: { client.text == "x" })
            let replica = try #require(scope.pool.snapshot.first)
            #expect(replica.outstanding == 1)
            #expect(replica.latency != nil, "connecting is all that is measured")
            try await client.endOutput()
            try await eventually("it is over", holds: { scope.outstanding == 0 })
        }
    }

    @Test func countsAReplicaThatBreaksOffAsFailing() async throws {
        let (bad, good) = (TCPServer(.reset), TCPServer(.echo, id: "b"))
        try await TCPScope.with([try await bad.start(), try await good.start()]) { scope, _, port in
            try await eventually(
                "it is ejected",
                holds: {
                    let client = try await TCPClient.connect(to: port)
                    try await client.send("x")
                    try await eventually("it is answered or reset", holds: { client.text == "x" || client.isClosed })
                    try await client.reset()
                    return scope.pool.snapshot.contains { $0.endpoint.id == "a" && $0.ejectedFor != nil }
                }
            )
        }
    }

    @Test func resetsWhatIsLeftWhenItIsStopped() async throws {
        let server = TCPServer(.silent)
        let endpoint = try await server.start()
        let client = Keeper()
        try await TCPScope.with([endpoint]) { _, proxy, port in
            client.value = try await TCPClient.connect(to: port)
            try await eventually("it is through", holds: { server.open == 1 && proxy.sessionCount == 1 })
        }
        try await eventually("both are ended", holds: { client.value?.isClosed == true && server.open == 0 })
    }

    // MARK: Many

    /// Two hundred of each kind at once: all that ask in order are answered, and nothing is left of the others.
    @Test func leaksNothing() async throws {
        let server = TCPServer(.countAtTheEnd)
        try await TCPScope.with([try await server.start()]) { scope, proxy, port in
            let answered = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<600 {
                    group.addTask {
                        let client = try await TCPClient.connect(to: port)
                        try await client.send(bytes: 100)
                        switch number % 3 {
                        case 0: try await client.endOutput()
                        case 1:
                            try await client.reset()
                            return false
                        default:
                            try await client.endOutput()
                            try await eventually("the answer", holds: { client.hasEnded })
                            return false
                        }
                        try await eventually("the answer", holds: { client.text == "100" && client.hasEnded })
                        return true
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(answered == 200)
            try await eventually("none is held", holds: { proxy.sessionCount == 0 && scope.outstanding == 0 })
            try await eventually("none is leaked", holds: { server.open == 0 })
            #expect(scope.reports.count == 600)
            #expect(scope.reports.count { $0.outcome == .complete } >= 400)
        }
    }
}

/// A client that outlives the scope it was made in.
private final class Keeper {
    var value: TCPClient?
}
