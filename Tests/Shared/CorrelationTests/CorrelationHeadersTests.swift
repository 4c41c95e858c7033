import Correlation
import HTTPTypes
import ServiceContextModule
import TestSupport
import Testing

@Suite struct CorrelationHeadersTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let spanID = "b7ad6b7169203331"
    private static let traceParent = "00-\(traceID)-\(spanID)-01"

    private func served(_ headers: HTTPFields, into context: ServiceContext = .topLevel) -> ServiceContext {
        var generator = SeededGenerator(seed: 11)
        return CorrelationHeaders.context(from: headers, into: context, using: &generator)
    }

    private func served(message headers: [String: String]) -> ServiceContext {
        var generator = SeededGenerator(seed: 12)
        return CorrelationHeaders.context(fromMessage: headers, using: &generator)
    }

    @Test func namesTheHeaders() {
        let names: [HTTPField.Name] = [.correlationID, .traceParent, .traceState]
        #expect(names.map(\.canonicalName) == ["x-correlation-id", "traceparent", "tracestate"])
        #expect(CorrelationHeaders.messageHeaderNames == ["X-Correlation-ID", "traceparent", "tracestate"])
    }

    @Test func continuesTheCallersTraceWithASpanOfItsOwn() throws {
        let headers: HTTPFields = [.correlationID: "order-7", .traceParent: Self.traceParent, .traceState: "a=1"]
        let context = served(headers)
        #expect(context.correlationID?.description == "order-7")
        let trace = try #require(context.traceContext)
        #expect(trace.traceID == Self.traceID)
        #expect(trace.spanID != Self.spanID)
        #expect(trace.isSampled)
        #expect(trace.traceState == "a=1")
    }

    @Test func keepsTheCallersDecisionNotToSample() {
        let context = served([.traceParent: "00-\(Self.traceID)-\(Self.spanID)-00"])
        #expect(context.traceContext?.isSampled == false)
    }

    @Test func startsAnewWithoutHeaders() throws {
        let context = served([:])
        #expect(try #require(context.correlationID).description.count == 32)
        #expect(try #require(context.traceContext).traceID.count == 32)
    }

    @Test(arguments: ["", "broken", "ff-\(traceID)-\(spanID)-01", "00-\(traceID.uppercased())-\(spanID)-01"])
    func startsANewTraceForABrokenOneAndKeepsTheID(_ header: String) throws {
        let context = served([.correlationID: "order-7", .traceParent: header, .traceState: "a=1"])
        #expect(context.correlationID?.description == "order-7")
        let trace = try #require(context.traceContext)
        #expect(trace.traceID != Self.traceID)
        #expect(trace.traceState == nil)
    }

    @Test(arguments: ["", "a b", "<script>", "é", String(repeating: "x", count: 129)])
    func replacesAnUnacceptableIDAndKeepsTheTrace(_ header: String) throws {
        let context = served([.correlationID: header, .traceParent: Self.traceParent])
        let id = try #require(context.correlationID).description
        #expect(id != header)
        #expect(id.count == 32)
        #expect(context.traceContext?.traceID == Self.traceID)
    }

    @Test func refusesHeadersThatCameTwice() throws {
        var headers = HTTPFields()
        for _ in 0..<2 {
            headers.append(HTTPField(name: .correlationID, value: "order-7"))
            headers.append(HTTPField(name: .traceParent, value: Self.traceParent))
        }
        let context = served(headers)
        #expect(try #require(context.correlationID).description.count == 32)
        #expect(try #require(context.traceContext).traceID != Self.traceID)
    }

    @Test func joinsTheVendorsPartFromSeveralHeaders() {
        var headers: HTTPFields = [.traceParent: Self.traceParent]
        headers.append(HTTPField(name: .traceState, value: "a=1"))
        headers.append(HTTPField(name: .traceState, value: "b=2"))
        #expect(served(headers).traceContext?.traceState == "a=1, b=2")
    }

    @Test func carriesTheContextOverHTTP() throws {
        let sent = served([.correlationID: "order-7", .traceParent: Self.traceParent, .traceState: "a=1"])
        var headers: HTTPFields = [.correlationID: "stale", .traceParent: "stale", .traceState: "stale"]
        CorrelationHeaders.inject(sent, into: &headers)
        #expect(headers[.correlationID] == "order-7")
        #expect(headers[.traceParent] == sent.traceContext?.traceParent)
        #expect(headers[.traceState] == "a=1")
        let received = served(headers)
        #expect(received.correlationID == sent.correlationID)
        #expect(received.traceContext?.traceID == Self.traceID)
    }

    @Test func removesStaleHeadersWhereThereIsNoContext() {
        var headers: HTTPFields = [
            .correlationID: "stale", .traceParent: "stale", .traceState: "stale", .accept: "*/*",
        ]
        CorrelationHeaders.inject(.topLevel, into: &headers)
        #expect(headers == [.accept: "*/*"])
    }

    @Test func carriesTheContextWithMessages() throws {
        let sent = served([.correlationID: "order-7", .traceParent: Self.traceParent, .traceState: "a=1"])
        let headers = CorrelationHeaders.messageHeaders(from: sent)
        let trace = try #require(sent.traceContext)
        #expect(
            headers == ["X-Correlation-ID": "order-7", "traceparent": trace.traceParent, "tracestate": "a=1"]
        )
        let received = served(message: headers)
        #expect(received.correlationID == sent.correlationID)
        #expect(received.traceContext?.traceID == Self.traceID)
        #expect(received.traceContext?.spanID != trace.spanID)
        #expect(received.traceContext?.traceState == "a=1")
    }

    @Test func sendsNoHeadersWithMessagesWithoutAContext() {
        #expect(CorrelationHeaders.messageHeaders(from: .topLevel).isEmpty)
    }

    @Test(arguments: [[:], ["X-Correlation-ID": "a b", "traceparent": "broken"]] as [[String: String]])
    func startsAnewForMessagesWithMissingOrBrokenHeaders(_ headers: [String: String]) throws {
        let context = served(message: headers)
        #expect(try #require(context.correlationID).description.count == 32)
        #expect(try #require(context.traceContext).traceID.count == 32)
    }

    @Test func keepsTheRestOfTheContext() {
        var context = ServiceContext.topLevel
        context[OtherKey.self] = "kept"
        #expect(served([:], into: context)[OtherKey.self] == "kept")
    }
}

private enum OtherKey: ServiceContextKey {
    typealias Value = String
}
