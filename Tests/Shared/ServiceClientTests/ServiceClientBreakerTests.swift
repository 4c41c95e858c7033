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

    /// A full pool of workers is no reason to call its replica less than the others, which are as full.
    @Test func ejectsNoReplicaThatIsOverloaded() async throws {
        let crowded = FakeReplica(.serviceUnavailable, headers: [.retryAfter: "1", .overloaded: "1"])
        let other = FakeReplica(.ok)
        try await withClient(to: [crowded, other], policy: once) { client in
            for _ in 0..<30 { _ = try await client.send(ServiceRequest(method: .post, path: "/things")) }
            #expect(client.breaker.phase == .closed)
        }
        #expect(crowded.calls.count == 30 && other.calls.isEmpty)
    }

    /// One that is shutting down, or has lost its database, tells when to come back as well.
    @Test func ejectsAReplicaThatCannotWork() async throws {
        let broken = FakeReplica(.serviceUnavailable, headers: [.retryAfter: "1"])
        let other = FakeReplica(.ok)
        try await withClient(to: [broken, other], policy: once) { client in
            for _ in 0..<30 { _ = try await client.send(ServiceRequest(method: .post, path: "/things")) }
        }
        #expect(broken.calls.count == 5 && other.calls.count == 25)
    }

    @Test func triesAnotherReplicaWhereOneIsOverloaded() async throws {
        let crowded = FakeReplica(.serviceUnavailable, headers: [.retryAfter: "1", .overloaded: "1"])
        let other = FakeReplica(.ok)
        try await withClient(to: [crowded, other]) { client in
            let response = try await client.send(call)
            #expect(response.status == .ok)
        }
        #expect(crowded.calls.count == 1 && other.calls.count == 1)
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
