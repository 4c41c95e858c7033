import HTTPTypes
import Hummingbird
import Resilience
import ServiceClient
import Testing

/// A service that mostly fails is left alone for a while.
@Suite(.timeLimit(.minutes(1))) struct ServiceClientBreakerTests {
    private let once = RetryPolicy(maximumAttempts: 1, basePause: .zero)
    private let call = ServiceRequest(method: .get, path: "/things")

    @Test func stopsCallingAfterTwentyFailures() async throws {
        let replica = FakeReplica(.internalServerError)
        try await withClient(to: [replica], policy: once) { client in
            for _ in 0..<20 {
                let response = try await client.send(call)
                #expect(response.status == .internalServerError)
            }
            let error = await #expect(throws: ServiceClientError.self) { try await client.send(call) }
            #expect(error?.code == .breakerOpen)
            #expect(replica.calls.count == 20)
        }
    }

    @Test func countsACallOnceHoweverOftenItIsTried() async throws {
        let replica = FakeReplica(.badGateway)
        try await withClient(to: [replica]) { client in
            for _ in 0..<19 { _ = try await client.send(call) }
            #expect(client.breaker.phase == .closed)
            _ = try await client.send(call)
            #expect(client.breaker.phase != .closed)
        }
    }

    @Test(arguments: [HTTPResponse.Status.ok, .notFound, .unprocessableContent])
    func isContentWithAnswers(status: HTTPResponse.Status) async throws {
        try await withClient(to: [FakeReplica(status)], policy: once) { client in
            for _ in 0..<30 { _ = try await client.send(call) }
            #expect(client.breaker.phase == .closed)
        }
    }

    @Test func leavesAServiceAloneThatSaysWhenToComeBack() async throws {
        let replica = FakeReplica(.serviceUnavailable, headers: [.retryAfter: "1"])
        try await withClient(to: [replica], policy: once) { client in
            for _ in 0..<30 { _ = try await client.send(call) }
            #expect(client.breaker.phase == .closed)
        }
    }

    @Test func countsWhatReachesNobody() async throws {
        try await withRefusingEndpoint(named: "a") { refusing in
            try await withClient(to: [refusing], policy: once) { client in
                for _ in 0..<20 {
                    let error = await #expect(throws: ServiceClientError.self) { try await client.send(call) }
                    #expect(error?.code == .unreachable)
                }
                let error = await #expect(throws: ServiceClientError.self) { try await client.send(call) }
                #expect(error?.code == .breakerOpen)
            }
        }
    }
}
