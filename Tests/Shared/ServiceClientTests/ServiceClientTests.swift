import AsyncHTTPClient
import Correlation
import Discovery
import HTTPTypes
import Hummingbird
import LoadBalancing
import NIOCore
import ServiceClient
import ServiceContextModule
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServiceClientTests {
    @Test func sendsTheRequestAsItIs() async throws {
        let replica = FakeReplica(.ok)
        let body = ByteBuffer(repeating: 0x61, count: 1 << 20)
        let headers: HTTPFields = [.contentType: "text/plain", .authorization: "Bearer x", .ifMatch: #""7""#]
        try await withClient(to: [replica]) { client in
            _ = try await client.send(
                ServiceRequest(method: .put, path: "/v1/a%20b?q=%C3%A9&x=1", headers: headers, body: .bytes(body))
            )
        }
        let call = try #require(replica.calls.first)
        #expect(call.method == .put)
        #expect(call.path == "/v1/a%20b?q=%C3%A9&x=1")
        #expect(call.body == body)
        for field in headers { #expect(call.headers[field.name] == field.value) }
    }

    @Test(arguments: [200, 201, 304, 404, 422, 500])
    func returnsTheAnswerAsItIs(_ status: Int) async throws {
        let hasBody = status != 304
        let replica = FakeReplica { _, _ in
            let body = hasBody ? ResponseBody(byteBuffer: ByteBuffer(string: "größer")) : ResponseBody()
            return Response(status: .init(code: status), headers: [.eTag: #""7""#, .retryAfter: "5"], body: body)
        }
        try await withClient(to: [replica]) { client in
            let response = try await client.send(ServiceRequest(method: .get, path: "/"))
            #expect(response.status.code == status)
            #expect(response.headers[.eTag] == #""7""#)
            #expect(response.headers[.retryAfter] == "5")
            #expect(String(buffer: response.body) == (hasBody ? "größer" : ""))
        }
    }

    /// Who answers with an error is there, and is kept while the registry knows nobody; who refuses is not.
    @Test func tellsAnErrorFromNobody() async throws {
        try await withReplicas([FakeReplica(.internalServerError)]) { endpoints in
            let kept = try await countKept(of: endpoints)
            #expect(kept == 1)
        }
        try await withRefusingEndpoint(named: "a") { endpoint in
            let kept = try await countKept(of: [endpoint])
            #expect(kept == 0)
        }
    }

    /// How many replicas are kept after five calls and a minute in which the registry knows nobody.
    private func countKept(of endpoints: [Endpoint]) async throws -> Int {
        let time = ManualTime()
        return try await withClient(to: endpoints, poolTime: time) { client in
            client.pool.replace(with: [])
            for _ in 0..<5 {
                // The pool is told what becomes of it.
                _ = try? await client.send(ServiceRequest(method: .get, path: "/"))
            }
            time.advance(by: .seconds(60))
            client.pool.tick()
            return client.pool.count
        }
    }

    @Test func streamsABodyOfUnknownLength() async throws {
        let replicas = [FakeReplica(.serviceUnavailable), FakeReplica(.ok)]
        let chunks = (0..<100).map { ByteBuffer(string: "line \($0)\n") }
        let (stream, source) = AsyncStream<ByteBuffer>.makeStream(bufferingPolicy: .bufferingOldest(chunks.count))
        for chunk in chunks { source.yield(chunk) }
        source.finish()
        try await withClient(to: replicas) { client in
            let request = ServiceRequest(method: .post, path: "/", body: .stream(.stream(stream, length: .unknown)))
            let answer = try await client.send(request)
            #expect(answer.status == .serviceUnavailable)
        }
        #expect(replicas[0].calls.map(\.body) == [ByteBuffer(string: chunks.map { String(buffer: $0) }.joined())])
        #expect(replicas[1].calls.isEmpty)
    }

    @Test func followsNoRedirect() async throws {
        let replica = FakeReplica(.temporaryRedirect, headers: [.location: "/elsewhere"])
        try await withClient(to: [replica]) { client in
            let answer = try await client.send(ServiceRequest(method: .get, path: "/"))
            #expect(answer.status == .temporaryRedirect)
        }
        #expect(replica.calls.map(\.path) == ["/"])
    }

    @Test func asksTheReplicaThatThePolicyChooses() async throws {
        let replicas = (0..<2).map { _ in FakeReplica(.ok) }
        try await withClient(to: replicas) { client in
            for _ in 0..<3 { _ = try await client.send(ServiceRequest(method: .get, path: "/")) }
            #expect(client.pool.snapshot.map(\.outstanding) == [0, 0])
        }
        #expect(replicas.map(\.calls.count) == [3, 0])
    }

    // MARK: Correlation

    @Test func passesOnCorrelationAndTrace() async throws {
        let traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        var context = ServiceContext.topLevel
        context.correlationID = CorrelationID("order-7")
        context.traceContext = TraceContext(traceParent: traceParent, traceState: "vendor=1")
        let replicas = [FakeReplica(.serviceUnavailable), FakeReplica(.ok)]
        // What a caller sent along must not stand beside what this call belongs to.
        let request = ServiceRequest(
            method: .get,
            path: "/",
            headers: [.correlationID: "stale", .traceParent: "stale"]
        )
        try await withClient(to: replicas) { client in
            _ = try await ServiceContext.withValue(context) { try await client.send(request) }
        }
        for call in replicas.flatMap(\.calls) {
            #expect(call.headers[values: .correlationID] == ["order-7"])
            #expect(call.headers[values: .traceParent] == [traceParent])
            #expect(call.headers[values: .traceState] == ["vendor=1"])
        }
        #expect(replicas.map(\.calls.count) == [1, 1])
    }

    @Test func inventsNoCorrelation() async throws {
        let replica = FakeReplica(.ok)
        try await withClient(to: [replica]) { client in
            _ = try await client.send(ServiceRequest(method: .get, path: "/"))
        }
        let headers = try #require(replica.calls.first).headers
        #expect(headers[.correlationID] == nil)
        #expect(headers[.traceParent] == nil)
    }

    // MARK: Limits and errors

    @Test func readsAnswersOfAtMostSixteenMebibytes() {
        #expect(ServiceClient.maximumResponseBytes == 16 * 1024 * 1024)
    }

    /// With its length told beforehand, and in chunks whose sum only the reader knows.
    @Test(arguments: [true, false], [0, 1])
    func refusesALargerAnswer(_ isChunked: Bool, surplus: Int) async throws {
        let chunk = ByteBuffer(repeating: 0x61, count: 1 << 20)
        let first = FakeReplica { _, _ in
            let body = ResponseBody { writer in
                for _ in 0..<16 { try await writer.write(chunk) }
                if surplus > 0 { try await writer.write(ByteBuffer(repeating: 0x61, count: surplus)) }
                try await writer.finish(nil)
            }
            let headers: HTTPFields = isChunked ? [:] : [.contentLength: "\((16 << 20) + surplus)"]
            return Response(status: .ok, headers: headers, body: body)
        }
        let second = FakeReplica(.ok)
        try await withClient(to: [first, second]) { client in
            let request = ServiceRequest(method: .get, path: "/")
            do {
                let response = try await client.send(request)
                #expect(surplus == 0 && response.body.readableBytes == 16 << 20)
            } catch let error as ServiceClientError {
                #expect(surplus > 0 && error.code == .responseTooLarge, "\(error)")
            }
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [0, 0], "the replica has answered")
        }
        #expect(second.calls.isEmpty)
    }

    @Test func knowsWhenThereIsNobodyToCall() async throws {
        try await withClient(to: [Endpoint]()) { client in
            let error = await #expect(throws: ServiceClientError.self) {
                try await client.send(ServiceRequest(method: .get, path: "/"))
            }
            #expect(error?.code == .noReplica)
            #expect(error?.service == "users")
        }
    }

    /// Whatever stands there, the call goes to a replica or to nobody, and no replica is blamed.
    @Test(arguments: ["", "v1", "@127.0.0.1:1/", ":80/", "http://127.0.0.1:1/", "?q=1", "#x"])
    func sendsNothingWithoutAPath(_ path: String) async throws {
        let replica = FakeReplica(.ok)
        try await withClient(to: [replica]) { client in
            let error = await #expect(throws: ServiceClientError.self) {
                try await client.send(ServiceRequest(method: .get, path: path))
            }
            #expect(error?.code == .malformedRequest)
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [0])
        }
        #expect(replica.calls.isEmpty)
    }

    @Test func describesWhatWentWrong() {
        let error = ServiceClientError(.broken, service: "users", cause: CancellationError())
        #expect(error.description == "users: broken (CancellationError())")
        #expect(ServiceClientError(.noReplica, service: "users").description == "users: no-replica")
    }
}
