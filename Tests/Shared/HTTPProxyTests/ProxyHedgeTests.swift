import Discovery
import HTTPProxy
import LoadBalancing
import Resilience
import TestSupport
import Testing

/// Requests that are sent to a second replica when the first takes long, and the limit on calls in hand.
@Suite(.timeLimit(.minutes(1))) struct ProxyHedgeTests {
    private static let ok = RawReplica.answer("200 OK", "hello")
    private static let quick = ProxyScope.Parts(hedgesAfter: .milliseconds(5))

    /// Sends a request, the first or second of which comes to the silent replica first.
    private static func meet(_ silent: RawReplica, _ port: Int, _ scope: ProxyScope) async throws {
        for count in 1...2 where silent.calls == 0 {
            let client = try await RawClient.connect(to: port)
            try await client.get()
            _ = try await client.receives("hello")
            try await eventually("it is over", holds: { scope.outcomes.count == count })
        }
        #expect(silent.calls == 1)
    }

    @Test func asksASecondReplicaAndTakesTheFirstAnswer() async throws {
        let silent = RawReplica("a") { _ in .wait }
        let replica = RawReplica("b", always: Self.ok)
        try await ProxyScope.with([silent, replica], parts: Self.quick) { scope, port in
            try await Self.meet(silent, port, scope)
            #expect(scope.hedges == [.sent, .won])
            #expect(scope.outcomes.allSatisfy { $0.status == 200 && $0.error == nil })
            #expect(scope.retries == 0 && scope.outstanding == 0)
            // It was slow, which is no failure, and it is not waited for.
            #expect(scope.pool.snapshot.allSatisfy { $0.consecutiveFailures == 0 })
            // How long it was waited for is known, and counts.
            #expect(
                try #require(scope.pool.snapshot.first { $0.endpoint.id == "a" }).latency ?? .zero > .milliseconds(4)
            )
            try await eventually("the call is given up", holds: { silent.closedConnections == 1 })
        }
    }

    @Test func takesTheAnswerOfTheFirstWhereItComesFirst() async throws {
        let replicas = [RawReplica("a") { _ in .wait }, RawReplica("b") { _ in .wait }]
        try await ProxyScope.with(replicas, parts: Self.quick) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            try await eventually("both are asked", holds: { replicas.allSatisfy { $0.calls == 1 } })
            let head = replicas[0].heads[0]
            replicas[0].answerWaiting(with: Self.ok)
            _ = try await client.receives("hello")
            try await eventually("the other is given up", holds: { replicas[1].closedConnections == 1 })
            #expect(scope.hedges == [.sent] && scope.outcomes.count == 1 && scope.outstanding == 0)
            #expect(head.contains("X-Correlation-ID") && replicas[1].heads[0].contains("X-Correlation-ID"))
        }
    }

    /// One of the two fails: the other one's answer is waited for, and nothing is tried again.
    @Test(arguments: ["HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n", "nonsense\r\n\r\n"])
    func waitsForTheOtherWhenOneFails(answer: String) async throws {
        let replicas = [RawReplica("a") { _ in .wait }, RawReplica("b") { _ in .wait }]
        try await ProxyScope.with(replicas, parts: Self.quick) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            try await eventually("both are asked", holds: { replicas.allSatisfy { $0.calls == 1 } })
            replicas[0].answerWaiting(with: answer)
            try await eventually("one has failed", holds: { scope.outstanding == 1 })
            replicas[1].answerWaiting(with: Self.ok)
            _ = try await client.receives("hello")
            #expect(scope.retries == 0 && scope.outcomes.map(\.status) == [200])
        }
    }

    /// A second replica that is silent too is left for a third one.
    @Test func asksAThirdReplicaWhenTwoAreSilent() async throws {
        let silent = [RawReplica("a") { _ in .wait }, RawReplica("b") { _ in .wait }]
        let replica = RawReplica("c", always: Self.ok)
        try await ProxyScope.with(silent + [replica], parts: Self.quick) { scope, port in
            for count in 1...3 where silent.contains(where: { $0.calls == 0 }) {
                let client = try await RawClient.connect(to: port)
                try await client.get()
                _ = try await client.receives("hello")
                try await eventually("it is over", holds: { scope.outcomes.count == count })
            }
            #expect(silent.allSatisfy { $0.calls > 0 })
            #expect(scope.outcomes.allSatisfy { $0.status == 200 && $0.duration < .seconds(5) })
            #expect(scope.outstanding == 0)
        }
    }

    /// A request that tests an ejected replica, and is answered by the other one: the test is not passed.
    @Test func takesAProbeThatLosesForAFailure() async throws {
        let silent = RawReplica("a") { _ in .wait }
        let replica = RawReplica("b", always: Self.ok)
        var parts = Self.quick
        let time = ManualTime()
        parts.poolTime = time
        try await ProxyScope.with([silent, replica], parts: parts) { scope, port in
            for _ in 1...EjectionPolicy.defaultConsecutiveFailures {
                scope.pool.finish(try #require(scope.pool.pick(excluding: ["b"])), as: .failure)
            }
            time.advance(by: EjectionPolicy.defaultBaseDuration)
            let client = try await RawClient.connect(to: port)
            try await client.get()
            _ = try await client.receives("hello")
            try await eventually("it is over", holds: { scope.outcomes.count == 1 })
            // Under load it may have lost before it was read.
            #expect(silent.calls <= 1 && scope.hedges == [.sent, .won])
            let tested = try #require(scope.pool.snapshot.first { $0.endpoint.id == "a" })
            #expect(tested.ejectedFor == EjectionPolicy.defaultBaseDuration * 2)
        }
    }

    @Test func spendsNoMoreThanTheBudget() async throws {
        let replicas = [RawReplica("a") { _ in .wait }, RawReplica("b") { _ in .wait }]
        var parts = Self.quick
        parts.retries = RetryBudget(share: 0, reservePerSecond: 0)
        try await ProxyScope.with(replicas, deadline: .seconds(2), parts: parts) { scope, port in
            let client = try await RawClient.connect(to: port)
            try await client.get()
            _ = try await client.receives("HTTP/1.1 504")
            #expect(scope.hedges.isEmpty && replicas.map(\.calls).reduce(0, +) == 1)
        }
    }

    @Test func letsNoMoreCallsInThanHaveAPlace() async throws {
        let replica = RawReplica("a") { call in call <= 2 ? .wait : .write(Self.ok) }
        try await ProxyScope.with([replica], parts: ProxyScope.Parts(bulkhead: 2)) { scope, port in
            let clients = [try await RawClient.connect(to: port), try await RawClient.connect(to: port)]
            for client in clients { try await client.get() }
            try await eventually("both are in hand", holds: { replica.calls == 2 })
            let third = try await RawClient.connect(to: port)
            try await third.get()
            #expect(try await third.receives("busy").hasPrefix("HTTP/1.1 503 "))
            #expect(scope.outcomes.map(\.error) == ["bulkhead-full"] && scope.bulkhead?.inFlight == 2)
            #expect(scope.refusals == [.bulkheadFull])
            try await clients[0].close()
            try await eventually("its place is free", holds: { scope.bulkhead?.inFlight == 1 })
            try await third.get()
            _ = try await third.receives("hello")
            replica.answerWaiting(with: Self.ok)
            _ = try await clients[1].receives("hello")
            #expect(scope.bulkhead?.inFlight == 0)
        }
    }
}
