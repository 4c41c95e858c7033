import Correlation
import HTTPTypes
import Hummingbird
import NIOCore
import SearchContract
import ServiceTestSupport
import TestSupport
import Testing

@testable import GatewayService

/// The spans of requests that the gateway passes on.
@Suite(.timeLimit(.minutes(2))) struct GatewaySpanTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let callersSpanID = "b7ad6b7169203331"
    private static let headers: HTTPFields = [
        .traceParent: "00-\(traceID)-\(callersSpanID)-01", .correlationID: "search-7",
    ]

    /// What the gateway recorded when the last answer had ended; a span is recorded just after its answer.
    private func spans(
        _ count: Int,
        percent: Int = 100,
        _ body: @Sendable (RunningGateway) async throws -> Void
    ) async throws -> [Span] {
        let recorder = SpanRecorder()
        return try await SpanRecorder.$current.withValue(recorder) {
            try await TraceSampling.$current.withValue(TraceSampling(percent: percent)) {
                try await withGateway(on: .edge) { gateway in
                    try await body(gateway)
                    return try await taken(count, from: recorder)
                }
            }
        }
    }

    private func taken(_ count: Int, from recorder: SpanRecorder) async throws -> [Span] {
        var spans: [Span] = []
        try await eventually("\(count) spans") {
            spans += recorder.take().spans
            return spans.count >= count
        }
        #expect(spans.count == count)
        return spans
    }

    @Test func recordsASearchBelowItsCaller() async throws {
        let spans = try await spans(1) { gateway in
            let answer = try await gateway.send(.get, "/v1/listings?q=a", headers: Self.headers)
            #expect(answer.status == .ok)
        }
        let span = try #require(spans.first)
        #expect(span.kind == .server)
        #expect(span.name == "GET /v1/listings")
        #expect(span.trace.traceID == Self.traceID)
        #expect(span.trace.parentSpanID == Self.callersSpanID)
        #expect(span.failure == nil)
        #expect(span.start < span.end)
        #expect(
            span.attributes == [
                "http.request.method": .text("GET"), "url.path": .text("/v1/listings"),
                "http.route": .text("/v1/listings"), "http.response.status_code": .integer(200),
                "correlation.id": .text("search-7"), "clowder.upstream": .text("search"),
                "clowder.cache": .text("miss"),
            ]
        )
    }

    /// So that the span of the service's work is below the gateway's.
    @Test func sendsItsOwnPlaceInTheTrace() async throws {
        let recorder = SpanRecorder()
        try await SpanRecorder.$current.withValue(recorder) {
            try await withGateway(on: .edge) { gateway in
                _ = try await gateway.send(.get, "/v1/listings", headers: Self.headers)
                let span = try #require(try await taken(1, from: recorder).first)
                let call = try #require(gateway.search.calls.first)
                #expect(call.headers[.traceParent] == "00-\(Self.traceID)-\(span.trace.spanID)-01")
                #expect(span.trace.spanID != Self.callersSpanID)
            }
        }
    }

    @Test func tellsWhatTheCacheDid() async throws {
        let spans = try await spans(2) { gateway in
            let cacheable: HTTPFields = [.cacheControl: "public, max-age=5"]
            gateway.search.answer(FakeService.json("{}", headers: cacheable))
            for _ in 0..<2 { _ = try await gateway.send(.get, "/v1/listings") }
            #expect(gateway.search.calls.count == 1)
        }
        #expect(spans.map { $0.attributes["clowder.cache"] } == [.text("miss"), .text("hit")])
    }

    @Test func tellsHowOftenItAskedAgain() async throws {
        let spans = try await spans(1) { gateway in
            let away = FakeService.json("{}", status: .serviceUnavailable)
            gateway.search.answer(away, FakeService.json("{}"))
            let answer = try await gateway.send(.get, "/v1/listings")
            #expect(answer.status == .ok)
        }
        #expect(spans.map { $0.attributes["http.request.resend_count"] } == [.integer(1)])
        #expect(spans.map(\.failure) == [nil])
    }

    @Test(arguments: [HTTPResponse.Status.notFound, .tooManyRequests])
    func takesNoRefusalForAFailure(_ status: HTTPResponse.Status) async throws {
        let spans = try await spans(1) { gateway in
            gateway.search.answer(FakeService.problem("{}", status: status))
            let answer = try await gateway.send(.get, "/v1/listings/A1")
            #expect(answer.status == status)
        }
        #expect(spans.map(\.name) == ["GET /v1/listings/{id}"])
        #expect(spans.map { $0.attributes["url.path"] } == [.text("/v1/listings/A1")])
        #expect(spans.map { $0.attributes["http.response.status_code"] } == [.integer(status.code)])
        #expect(spans.map { $0.attributes["error.type"] } == [nil])
        #expect(spans.map(\.failure) == [nil])
    }

    @Test func takesAServersErrorForAFailure() async throws {
        let spans = try await spans(1) { gateway in
            gateway.search.answer(FakeService.problem("{}", status: .internalServerError))
            let answer = try await gateway.send(.get, "/v1/listings")
            #expect(answer.status == .internalServerError)
        }
        #expect(spans.map(\.failure) == ["500"])
        #expect(spans.map { $0.attributes["error.type"] } == [.text("500")])
    }

    /// The status is on its way when the answer breaks off: it alone would look like a success.
    @Test func takesAnAnswerThatBreaksOffForAFailure() async throws {
        let spans = try await spans(1) { gateway in
            gateway.search.answer(
                Response(
                    status: .ok,
                    headers: [.contentType: "application/json", .contentLength: "200000"],
                    body: .init { writer in
                        try await writer.write(ByteBuffer(repeating: 0x20, count: 100_000))
                        throw CancellationError()
                    }
                )
            )
            await #expect(throws: (any Error).self) { try await gateway.send(.get, "/v1/listings") }
        }
        let span = try #require(spans.first)
        #expect(span.attributes["http.response.status_code"] == .integer(200))
        #expect(span.failure != nil)
        #expect(span.attributes["error.type"] == span.failure.map { .text($0) })
    }

    @Test(arguments: [(100, 1), (0, 0)])
    func recordsTheShareOfTracesThatBeginHere(_ percent: Int, _ count: Int) async throws {
        let spans = try await spans(count + 1, percent: percent) { gateway in
            _ = try await gateway.send(.get, "/v1/listings")
            let call = try #require(gateway.search.calls.first)
            #expect(call.headers[.traceParent]?.hasSuffix(count == 1 ? "-01" : "-00") == true)
            // One whose caller decided is recorded all the same.
            _ = try await gateway.send(.get, "/v1/listings/A1", headers: Self.headers)
        }
        #expect(spans.last?.trace.traceID == Self.traceID)
        #expect(spans.dropLast().allSatisfy { $0.trace.parentSpanID == nil })
    }

    @Test func recordsNothingForACallerThatDoesNot() async throws {
        let spans = try await spans(1) { gateway in
            var unsampled = Self.headers
            unsampled[.traceParent] = "00-\(Self.traceID)-\(Self.callersSpanID)-00"
            _ = try await gateway.send(.get, "/v1/listings/A1", headers: unsampled)
            _ = try await gateway.send(.get, "/v1/listings/A2", headers: Self.headers)
        }
        #expect(spans.map { $0.attributes["url.path"] } == [.text("/v1/listings/A2")])
    }
}
