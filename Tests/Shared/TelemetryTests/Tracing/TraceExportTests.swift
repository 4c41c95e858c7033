import Correlation
import FoundationEssentials
import Testing

@testable import Telemetry

/// What is sent to a collector, and what it answers: https://opentelemetry.io/docs/specs/otlp/#otlphttp.
@Suite struct TraceExportTests {
    private static let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    private func json(_ spans: [Span], of resource: [String: String] = [:]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(TraceExport(spans, of: resource)), as: UTF8.self)
    }

    /// The span that is left in a recorder of 1970's third second.
    private func span(
        _ kind: Span.Kind = .server,
        in trace: TraceContext? = nil,
        attributes: [String: Span.Value] = [:],
        failure: String? = nil
    ) throws -> Span {
        let recorder = SpanRecorder(now: { 3_000_000_001 })
        let trace = try trace ?? #require(TraceContext(traceParent: Self.header, traceState: nil))
        recorder.record(trace, kind, "GET /", taking: .seconds(1), attributes: attributes, failure: failure)
        return try #require(recorder.take().spans.first)
    }

    @Test func isWrittenAsTheProtocolSays() throws {
        let above = try #require(TraceContext(traceParent: Self.header, traceState: "vendor=1"))
        let below = TraceContext(
            traceID: above.traceID,
            spanID: "00f067aa0ba902b7",
            below: above,
            isSampled: true
        )
        let first = try span(
            in: below,
            attributes: ["url.path": .text("/"), "http.response.status_code": .integer(500)],
            failure: "it \"burns\""
        )
        let second = try span(.client)
        let expected = """
            {"resourceSpans":[{"resource":{"attributes":[\
            {"key":"service.name","value":{"stringValue":"users"}},\
            {"key":"service.version","value":{"stringValue":"1.2"}}]},\
            "scopeSpans":[{"scope":{"name":"clowder"},"spans":[\
            {"attributes":[{"key":"http.response.status_code","value":{"intValue":"500"}},\
            {"key":"url.path","value":{"stringValue":"/"}}],\
            "endTimeUnixNano":"3000000001","kind":2,"name":"GET /","parentSpanId":"b7ad6b7169203331",\
            "spanId":"00f067aa0ba902b7","startTimeUnixNano":"2000000001",\
            "status":{"code":2,"message":"it \\"burns\\""},\
            "traceId":"0af7651916cd43dd8448eb211c80319c","traceState":"vendor=1"},\
            {"attributes":[],"endTimeUnixNano":"3000000001","kind":3,"name":"GET /",\
            "spanId":"b7ad6b7169203331","startTimeUnixNano":"2000000001",\
            "traceId":"0af7651916cd43dd8448eb211c80319c"}]}]}]}
            """
        #expect(try json([first, second], of: ["service.version": "1.2", "service.name": "users"]) == expected)
    }

    /// The numbers of `SpanKind`, which begins with "unspecified".
    @Test(arguments: [(Span.Kind.internal, 1), (.server, 2), (.client, 3), (.producer, 4), (.consumer, 5)])
    func writesKindsAsNumbers(_ kind: Span.Kind, _ number: Int) throws {
        let text = try json([span(kind)])
        #expect(text.contains("\"kind\":\(number),"))
    }

    @Test func writesNumbersOf64BitsAsTexts() throws {
        let text = try json([span(attributes: ["a": .integer(.max), "b": .integer(-1)])])
        #expect(text.contains(#"{"key":"a","value":{"intValue":"9223372036854775807"}}"#))
        #expect(text.contains(#"{"key":"b","value":{"intValue":"-1"}}"#))
    }

    @Test func sortsAttributes() throws {
        let names = ["b", "a.c", "a", "z", "a.b"]
        let text = try json([span(attributes: Dictionary(uniqueKeysWithValues: names.map { ($0, .integer(1)) }))])
        let positions = try names.sorted().map { try #require(text.firstRange(of: "\"key\":\"\($0)\"")).lowerBound }
        #expect(positions == positions.sorted())
    }

    /// An "é" of a letter and an accent is one character and two scalars: what is cut is bounded in bytes.
    @Test(arguments: ["x", "é", "e\u{301}", "👩‍👩‍👧‍👦"])
    func cutsTextsAfter1024Scalars(_ character: String) throws {
        let long = String(repeating: character, count: 1025)
        let kept = String(String.UnicodeScalarView(long.unicodeScalars.prefix(1024)))
        let text = try json([span(attributes: ["a": .text(long)], failure: long)])
        #expect(text.contains("\"stringValue\":\"\(kept)\"}"))
        #expect(text.contains("\"message\":\"\(kept)\"}"))
        let short = String(repeating: "x", count: 1024)
        let whole = try json([span(attributes: ["a": .text(short)])])
        #expect(whole.contains("\"stringValue\":\"\(short)\"}"))
    }
}

// MARK: Answers

extension TraceExportTests {
    private func answer(_ text: String) throws -> TraceExportAnswer.PartialSuccess? {
        try JSONDecoder().decode(TraceExportAnswer.self, from: Data(text.utf8)).partialSuccess
    }

    @Test(arguments: [
        (#"{"partialSuccess":{"rejectedSpans":"7","errorMessage":"too old"}}"#, 7, "too old"),
        (#"{"partialSuccess":{"rejectedSpans":7,"errorMessage":"too old"}}"#, 7, "too old"),
        (#"{"partialSuccess":{"rejectedSpans":7}}"#, 7, ""),
        (#"{"partialSuccess":{"errorMessage":"slow down"}}"#, 0, "slow down"),
        (#"{"partialSuccess":{"rejectedSpans":null,"errorMessage":null}}"#, 0, ""),
        (#"{"partialSuccess":{"rejectedSpans":"many"}}"#, 0, ""),
        (#"{"partialSuccess":{},"more":1}"#, 0, ""),
    ])
    func readsWhatWasNotTaken(_ text: String, _ rejected: Int, _ message: String) throws {
        let partial = try #require(try answer(text))
        #expect(partial.rejectedSpans == rejected)
        #expect(partial.errorMessage == message)
    }

    @Test(arguments: ["{}", #"{"partialSuccess":null}"#])
    func readsThatAllWasTaken(_ text: String) throws {
        #expect(try answer(text) == nil)
    }
}
