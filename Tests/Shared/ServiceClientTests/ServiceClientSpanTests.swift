import Correlation
import Discovery
import HTTPTypes
import ServiceClient
import ServiceContextModule
import Testing

/// The spans of attempts.
@Suite(.timeLimit(.minutes(1))) struct ServiceClientSpanTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let callersSpanID = "b7ad6b7169203331"

    /// Runs `body` as a caller whose trace is recorded, or not.
    private func asCaller(
        recordingIn recorder: SpanRecorder?,
        isSampled: Bool = true,
        _ body: () async throws -> Void
    ) async throws {
        var context = ServiceContext.topLevel
        context.correlationID = CorrelationID("action-7")
        context.traceContext = TraceContext(
            traceParent: "00-\(Self.traceID)-\(Self.callersSpanID)-\(isSampled ? "01" : "00")",
            traceState: "vendor=1"
        )
        try await SpanRecorder.$current.withValue(recorder) {
            try await ServiceContext.withValue(context) { try await body() }
        }
    }

    private func send(_ path: String = "/v1/accounts", to replicas: [FakeReplica]) async throws {
        try await withClient(to: replicas) { client in
            _ = try await client.send(ServiceRequest(method: .get, path: path))
        }
    }

    @Test func recordsAnAttemptBelowItsCaller() async throws {
        let (recorder, replica) = (SpanRecorder(), FakeReplica(.ok))
        try await asCaller(recordingIn: recorder) { try await send("/v1/accounts?token=hunter2", to: [replica]) }
        let spans = recorder.take().spans
        let span = try #require(spans.first)
        #expect(spans.count == 1)
        #expect(span.kind == .client)
        #expect(span.name == "GET")
        #expect(span.trace.traceID == Self.traceID)
        #expect(span.trace.parentSpanID == Self.callersSpanID)
        #expect(span.failure == nil)
        #expect(span.start < span.end)
        var attributes = span.attributes
        guard case .integer(let port) = attributes.removeValue(forKey: "server.port") else {
            Issue.record("the port of the replica is not told")
            return
        }
        #expect(
            attributes == [
                "http.request.method": .text("GET"), "peer.service": .text("users"),
                "server.address": .text("127.0.0.1"), "http.response.status_code": .integer(200),
                "url.full": .text("http://127.0.0.1:\(port)/v1/accounts"),
            ]
        )
    }

    /// So that the span of the replica's work is below the attempt's, wherever it is recorded.
    @Test func sendsItsOwnPlaceInTheTrace() async throws {
        let (recorder, replica) = (SpanRecorder(), FakeReplica(.ok))
        try await asCaller(recordingIn: recorder) { try await send(to: [replica]) }
        let span = try #require(recorder.take().spans.first)
        let headers = try #require(replica.calls.first).headers
        #expect(span.trace.spanID != Self.callersSpanID)
        #expect(headers[.traceParent] == "00-\(Self.traceID)-\(span.trace.spanID)-01")
        #expect(headers[.traceState] == "vendor=1")
        #expect(headers[.correlationID] == "action-7")
    }

    @Test func recordsEachAttempt() async throws {
        let recorder = SpanRecorder()
        let (failing, working) = (FakeReplica(.serviceUnavailable), FakeReplica(.ok))
        try await asCaller(recordingIn: recorder) { try await send(to: [failing, working]) }
        let spans = recorder.take().spans
        #expect(spans.map(\.trace.parentSpanID) == [Self.callersSpanID, Self.callersSpanID])
        #expect(spans.map(\.failure) == ["503", nil])
        #expect(spans.map { $0.attributes["error.type"] } == [.text("503"), nil])
        #expect(spans.map { $0.attributes["http.request.resend_count"] } == [nil, .integer(1)])
        let seen = try [failing, working].map { try #require($0.calls.first).headers[.traceParent] }
        #expect(seen == spans.map(\.trace.traceParent))
        #expect(Set(spans.map(\.trace.spanID)).count == 2)
    }

    /// For a client, unlike for a server, the refusal of a request is an error.
    @Test(arguments: [(399, nil), (400, "400"), (404, "404"), (500, "500")] as [(Int, String?)])
    func takesAnErrorsStatusForAFailure(_ status: Int, _ failure: String?) async throws {
        let (recorder, replica) = (SpanRecorder(), FakeReplica(.init(code: status)))
        try await asCaller(recordingIn: recorder) { try await send(to: [replica]) }
        let span = try #require(recorder.take().spans.first)
        #expect(span.failure == failure)
        #expect(span.attributes["error.type"] == failure.map { .text($0) })
        #expect(span.attributes["http.response.status_code"] == .integer(status))
    }

    @Test func recordsAnAttemptThatReachesNobody() async throws {
        let (recorder, replica) = (SpanRecorder(), FakeReplica(.ok))
        try await withRefusingEndpoint(named: "A") { refusing in
            try await withReplicas([replica]) { endpoints in
                try await withClient(to: [refusing] + endpoints) { client in
                    try await asCaller(recordingIn: recorder) {
                        _ = try await client.send(ServiceRequest(method: .get, path: "/v1/accounts"))
                    }
                }
            }
        }
        let spans = recorder.take().spans
        #expect(spans.count == 2)
        #expect(spans.first?.attributes["error.type"] == .text("\(ServiceClientError.Code.unreachable)"))
        #expect(spans.first?.attributes["http.response.status_code"] == nil)
        #expect(spans.map { $0.failure == nil } == [false, true])
    }

    @Test(arguments: [true, false])
    func passesTheCallersSpanOnWhereNothingIsRecorded(_ hasRecorder: Bool) async throws {
        let replica = FakeReplica(.ok)
        let recorder = hasRecorder ? SpanRecorder() : nil
        try await asCaller(recordingIn: recorder, isSampled: !hasRecorder) { try await send(to: [replica]) }
        let flags = hasRecorder ? "00" : "01"
        let headers = try #require(replica.calls.first).headers
        #expect(headers[.traceParent] == "00-\(Self.traceID)-\(Self.callersSpanID)-\(flags)")
        #expect(headers[.traceState] == "vendor=1")
        #expect(recorder?.take().spans.isEmpty != false)
    }

    @Test func sendsNoTraceWhereThereIsNone() async throws {
        let (recorder, replica) = (SpanRecorder(), FakeReplica(.ok))
        try await SpanRecorder.$current.withValue(recorder) { try await send(to: [replica]) }
        let call = try #require(replica.calls.first)
        #expect(call.headers[.traceParent] == nil)
        #expect(recorder.take().spans.isEmpty)
    }
}
