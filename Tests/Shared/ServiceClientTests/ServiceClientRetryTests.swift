import Discovery
import HTTPTypes
import Hummingbird
import LoadBalancing
import NIOCore
import Resilience
import ServiceClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServiceClientRetryTests {
    private static func idempotencyKey() throws -> HTTPField.Name {
        try #require(HTTPField.Name("Idempotency-Key"))
    }

    private static func request(_ method: HTTPRequest.Method, key: String? = nil) throws -> ServiceRequest {
        var request = ServiceRequest(method: method, path: "/v1/accounts")
        request.headers[try idempotencyKey()] = key
        return request
    }

    // MARK: Connect failures

    @Test(arguments: [HTTPRequest.Method.get, .post, .delete])
    func goesToAnotherReplicaWhenOneRefusesConnections(_ method: HTTPRequest.Method) async throws {
        let replica = FakeReplica(.ok)
        try await withRefusingEndpoint(named: "A") { refusing in
            try await withReplicas([replica]) { endpoints in
                try await withClient(to: [refusing] + endpoints) { client in
                    let response = try await client.send(Self.request(method))
                    #expect(response.status == .ok)
                    #expect(replica.calls.map(\.method) == [method])
                    #expect(client.pool.snapshot.map(\.consecutiveFailures) == [1, 0])
                    #expect(client.pool.snapshot.map(\.outstanding) == [0, 0])
                }
            }
        }
    }

    @Test func isUnreachableWhenEveryReplicaRefusesConnections() async throws {
        try await withRefusingEndpoint(named: "a") { first in
            try await withRefusingEndpoint(named: "b") { second in
                try await withClient(to: [first, second]) { client in
                    let error = await #expect(throws: ServiceClientError.self) {
                        try await client.send(Self.request(.get))
                    }
                    #expect(error?.code == .unreachable)
                    #expect(client.pool.snapshot.map(\.consecutiveFailures).reduce(0, +) == 3)
                }
            }
        }
    }

    // MARK: Statuses

    @Test(arguments: [HTTPRequest.Method.get, .head, .options], [502, 503, 504])
    func repeatsSafeMethodsAtAnotherReplica(_ method: HTTPRequest.Method, status: Int) async throws {
        let failing = FakeReplica(.init(code: status))
        let working = FakeReplica(.ok)
        try await withClient(to: [failing, working]) { client in
            let answer = try await client.send(Self.request(method))
            #expect(answer.status == .ok)
        }
        #expect(failing.calls.count == 1)
        #expect(working.calls.count == 1)
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
    func repeatsOtherMethodsWithAKeyAlone(_ method: HTTPRequest.Method) async throws {
        let name = try Self.idempotencyKey()
        let failing = FakeReplica(.serviceUnavailable)
        let working = FakeReplica(.ok)
        try await withReplicas([failing, working]) { endpoints in
            try await withClient(to: endpoints) { client in
                let answer = try await client.send(Self.request(method))
                #expect(answer.status == .serviceUnavailable)
                #expect(working.calls.isEmpty)
            }
            try await withClient(to: endpoints) { client in
                let answer = try await client.send(Self.request(method, key: "k1"))
                #expect(answer.status == .ok)
                #expect(working.calls.map { $0.headers[name] } == ["k1"])
            }
        }
    }

    @Test(arguments: [200, 400, 404, 409, 422, 429, 500, 501])
    func returnsEveryOtherStatusAsItIs(_ status: Int) async throws {
        let first = FakeReplica(.init(code: status))
        let second = FakeReplica(.ok)
        try await withClient(to: [first, second]) { client in
            let answer = try await client.send(Self.request(.get))
            #expect(answer.status.code == status)
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [status >= 500 ? 1 : 0, 0])
        }
        #expect(first.calls.count == 1)
        #expect(second.calls.isEmpty)
    }

    @Test func triesThreeTimesInAllEachTimeAnotherReplica() async throws {
        let replicas = (0..<4).map { _ in FakeReplica(.serviceUnavailable) }
        try await withClient(to: replicas) { client in
            let answer = try await client.send(Self.request(.get))
            #expect(answer.status == .serviceUnavailable)
        }
        #expect(replicas.map(\.calls.count) == [1, 1, 1, 0])
    }

    @Test func triesTheOnlyReplicaAgain() async throws {
        let replica = FakeReplica { call, _ in Response(status: call < 3 ? .badGateway : .ok) }
        try await withClient(to: [replica]) { client in
            let answer = try await client.send(Self.request(.get))
            #expect(answer.status == .ok)
        }
        #expect(replica.calls.count == 3)
    }

    @Test func sendsTheSameBodyAgain() async throws {
        let replicas = [FakeReplica(.serviceUnavailable), FakeReplica(.ok)]
        var request = try Self.request(.post, key: "k1")
        request.body = .bytes(ByteBuffer(string: "the body"))
        try await withClient(to: replicas) { [request] client in
            let answer = try await client.send(request)
            #expect(answer.status == .ok)
        }
        #expect(replicas.flatMap(\.calls).map { String(buffer: $0.body) } == ["the body", "the body"])
    }

    // MARK: Retry-After

    @Test func repeatsATooEarlyCallThatIsToldWhen() async throws {
        let replicas = [FakeReplica(.tooManyRequests, headers: [.retryAfter: "0"]), FakeReplica(.ok)]
        try await withClient(to: replicas) { client in
            let answer = try await client.send(Self.request(.get))
            #expect(answer.status == .ok)
        }
    }

    @Test func waitsAsLongAsItIsTold() async throws {
        let replicas = [FakeReplica(.tooManyRequests, headers: [.retryAfter: "1"]), FakeReplica(.ok)]
        let clock = ContinuousClock()
        try await withClient(to: replicas) { client in
            let start = clock.now
            let answer = try await Deadline.withValue(.after(.seconds(30), from: start)) {
                try await client.send(Self.request(.get))
            }
            #expect(answer.status == .ok)
            #expect(clock.now - start >= .seconds(1))
        }
    }

    /// No number of seconds, or more than the call has left.
    @Test(arguments: [
        "", "soon", "-", "40", "3600", "9223372036854775807", "99999999999999999999", "Wed, 21 Oct 2099 07:28:00 GMT",
    ])
    func returnsATooEarlyAnswerThatCannotBeWaitedFor(_ retryAfter: String) async throws {
        let replicas = [FakeReplica(.tooManyRequests, headers: [.retryAfter: retryAfter]), FakeReplica(.ok)]
        try await withClient(to: replicas) { client in
            let answer = try await client.send(Self.request(.get))
            #expect(answer.status == .tooManyRequests)
        }
        #expect(replicas.map(\.calls.count) == [1, 0])
    }

    // MARK: Budget

    @Test func stopsRetryingWhenTheBudgetIsSpent() async throws {
        let replica = FakeReplica(.serviceUnavailable)
        try await withClient(to: [replica], budget: RetryBudget(share: 0.2, reservePerSecond: 0)) { client in
            for _ in 0..<10 { _ = try await client.send(Self.request(.get)) }
        }
        // Ten calls and a fifth of them again; a pause of ten seconds between them would forget the first.
        #expect(replica.calls.count == 12)
    }

    @Test func sharesTheBudgetAmongCopies() async throws {
        let replica = FakeReplica(.serviceUnavailable)
        try await withClient(to: [replica], budget: RetryBudget(share: 1, reservePerSecond: 0)) { client in
            let copies = [client, client, client]
            for copy in copies { _ = try await copy.send(Self.request(.get)) }
        }
        #expect(replica.calls.count == 6)
    }

    @Test func retriesNothingWithoutABudget() async throws {
        let replicas = [FakeReplica(.serviceUnavailable), FakeReplica(.ok)]
        try await withClient(to: replicas, budget: RetryBudget(share: 0, reservePerSecond: 0)) { client in
            let answer = try await client.send(Self.request(.get))
            #expect(answer.status == .serviceUnavailable)
        }
    }

    // MARK: Broken answers

    private static func breakingReplica() -> FakeReplica {
        FakeReplica { _, _ in
            let body = ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "half of"))
                throw CancellationError()
            }
            return Response(status: .ok, headers: [.contentLength: "1000"], body: body)
        }
    }

    @Test func repeatsASafeCallWhoseAnswerBreaksOff() async throws {
        let replicas = [Self.breakingReplica(), FakeReplica(.ok)]
        try await withClient(to: replicas) { client in
            let response = try await client.send(Self.request(.get))
            #expect(response.status == .ok && response.body.readableBytes == 0)
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [1, 0])
        }
    }

    @Test func isBrokenWhenTheAnswerToAPostBreaksOff() async throws {
        let replicas = [Self.breakingReplica(), FakeReplica(.ok)]
        try await withClient(to: replicas) { client in
            let error = await #expect(throws: ServiceClientError.self) { try await client.send(Self.request(.post)) }
            #expect(error?.code == .broken)
        }
        #expect(replicas.map(\.calls.count) == [1, 0])
    }
}
