import Correlation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ServiceContextModule
import ServiceRuntime
import Synchronization
import TestSupport
import Testing

/// The spans of requests that a service serves.
@Suite struct ServiceSpanTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let callersSpanID = "b7ad6b7169203331"
    private static let sampled = "00-\(traceID)-\(callersSpanID)-01"

    private struct Broken: Error, CustomStringConvertible {
        var description: String { "the disk is on fire" }
    }

    /// The only span of a request.
    private func span(
        _ method: HTTPRequest.Method = .get,
        _ uri: String = "/thing/7",
        headers: HTTPFields = [.traceParent: sampled],
        handler: @escaping @Sendable (Request) async throws -> Response = { _ in Response(status: .noContent) }
    ) async throws -> Span {
        let recorder = SpanRecorder()
        _ = try await SpanRecorder.$current.withValue(recorder) {
            try await RouterScope().answer(method, uri, headers: headers, handler: handler)
        }
        let spans = recorder.take().spans
        #expect(spans.count == 1)
        return try #require(spans.first)
    }

    @Test func recordsARequestBelowItsCaller() async throws {
        let seen = Mutex<TraceContext?>(nil)
        let before = SpanRecorder.systemTime()
        let span = try await span(headers: [.traceParent: Self.sampled, .correlationID: "action-7"]) { _ in
            seen.withLock { $0 = ServiceContext.current?.traceContext }
            return Response(status: .noContent)
        }
        #expect(span.kind == .server)
        #expect(span.name == "GET /thing/{id}")
        #expect(span.trace.traceID == Self.traceID)
        #expect(span.trace.parentSpanID == Self.callersSpanID)
        #expect(span.trace == seen.withLock { $0 })
        #expect(span.failure == nil)
        #expect(
            span.attributes == [
                "http.request.method": .text("GET"), "url.path": .text("/thing/7"), "http.route": .text("/thing/{id}"),
                "http.response.status_code": .integer(204), "correlation.id": .text("action-7"),
            ]
        )
        #expect(before <= span.start && span.start < span.end && span.end <= SpanRecorder.systemTime())
    }

    @Test func recordsTheCorrelationIDThatItMade() async throws {
        let recorder = SpanRecorder()
        let response = try await SpanRecorder.$current.withValue(recorder) { try await RouterScope().answer() }
        let span = try #require(recorder.take().spans.first)
        let made = try #require(response.headers[.correlationID])
        #expect(span.attributes["correlation.id"] == .text(made))
        #expect(span.trace.parentSpanID == nil)
    }

    /// The query may hold what is nobody's business.
    @Test func leavesTheQueryOut() async throws {
        let span = try await span(.get, "/thing/7?token=hunter2")
        #expect(span.attributes["url.path"] == .text("/thing/7"))
        #expect(!"\(span)".contains("hunter2"))
    }

    @Test(arguments: [HTTPResponse.Status.ok, .seeOther, .badRequest, .notFound, .conflict, .tooManyRequests])
    func takesNoRefusalForAFailure(_ status: HTTPResponse.Status) async throws {
        let span = try await span { _ in
            guard status.code < 400 else { throw Problem(status, "refused") }
            return Response(status: status)
        }
        #expect(span.attributes["http.response.status_code"] == .integer(status.code))
        #expect(span.attributes["error.type"] == nil)
        #expect(span.failure == nil)
    }

    @Test(arguments: [HTTPResponse.Status.internalServerError, .badGateway, .serviceUnavailable, .gatewayTimeout])
    func takesAServersErrorForAFailure(_ status: HTTPResponse.Status) async throws {
        let answered = try await span { _ in Response(status: status) }
        #expect(answered.attributes["http.response.status_code"] == .integer(status.code))
        #expect(answered.attributes["error.type"] == .text("\(status.code)"))
        #expect(answered.failure == "\(status.code)")
    }

    @Test func tellsTheErrorBehindAFailure() async throws {
        let span = try await span { _ in throw Broken() }
        #expect(span.attributes["error.type"] == .text("500"))
        #expect(span.failure == "the disk is on fire")
    }

    @Test func namesARequestWithoutARouteByItsMethod() async throws {
        let span = try await span(.delete, "/nowhere/7")
        #expect(span.name == "DELETE")
        #expect(span.attributes["http.route"] == nil)
        #expect(span.attributes["url.path"] == .text("/nowhere/7"))
    }

    /// Names and methods are of few different words, whatever clients make up.
    @Test func namesAMethodThatNobodyKnows() async throws {
        let method = try #require(HTTPRequest.Method(rawValue: "BREW"))
        let span = try await span(method, "/nowhere/7")
        #expect(span.name == "HTTP")
        #expect(span.attributes["http.request.method"] == .text("_OTHER"))
        #expect(span.attributes["http.request.method_original"] == .text("BREW"))
    }

    @Test func recordsNothingForACallerThatDoesNot() async throws {
        let recorder = SpanRecorder()
        try await SpanRecorder.$current.withValue(recorder) {
            _ = try await RouterScope().answer(headers: [.traceParent: "\(Self.sampled.dropLast())0"])
            #expect(recorder.take().spans.isEmpty)
            _ = try await RouterScope().answer(headers: [.traceParent: Self.sampled])
            #expect(recorder.take().spans.count == 1)
        }
    }

    @Test(arguments: [(0, 0), (100, 1)])
    func recordsTheShareOfTracesThatBeginHere(_ percent: Int, _ count: Int) async throws {
        let recorder = SpanRecorder()
        try await SpanRecorder.$current.withValue(recorder) {
            try await TraceSampling.$current.withValue(TraceSampling(percent: percent)) {
                _ = try await RouterScope().answer()
            }
        }
        #expect(recorder.take().spans.count == count)
    }

    @Test func servesWithoutARecorder() async throws {
        #expect(SpanRecorder.current == nil)
        let response = try await RouterScope().answer(headers: [.traceParent: Self.sampled])
        #expect(response.status == .noContent)
    }
}
