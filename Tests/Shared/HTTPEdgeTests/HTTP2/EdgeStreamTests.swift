import HTTPEdge
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

/// What requests over HTTP/2 look like to the service behind, and their answers to the client.
@Suite(.timeLimit(.minutes(1))) struct EdgeStreamTests {
    private let ok = HTTPResponsePart.head(HTTPResponse(status: .ok))

    private func text(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test func handsOnARequestWithoutABody() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(path: "/a?b", fields: [.accept: "x"])), .end(nil))
        #expect(try stream.seen() == ["GET /a?b @a [accept=x]", "end"])
    }

    /// Services behind know a body by its length, or by its being chunked.
    @Test func marksABodyOfUntoldLength() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(.post)), .body(text("hello")), .end([.eTag: "1"]))
        #expect(try stream.seen() == ["POST / @a [transfer-encoding=chunked]", "body hello", "end"])
    }

    @Test func handsOnAHeadBeforeItsBody() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(.post, fields: [.contentLength: "5"])))
        #expect(try stream.seen() == ["POST / @a [content-length=5]"])
        try stream.send(.body(text("hello")))
        try stream.send(.end(nil))
        #expect(try stream.seen() == ["body hello", "end"])
    }

    @Test func takesTheHostForAnAuthorityThatIsNotThere() throws {
        let stream = try StreamHarness()
        var request = HTTPRequest.sample(authority: nil)
        let host = try #require(HTTPField.Name("host"))
        request.headerFields[host] = "b:1"
        try stream.send(.head(request), .end(nil))
        #expect(try stream.seen() == ["GET / @b:1 []", "end"])
    }

    @Test func tellsAClientThatWaitsToGoOn() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(.post, fields: [.expect: "100-continue"])))
        #expect(try stream.received() == ["100 []"])
    }

    @Test func writesAnAnswerWithoutTheFieldsOfAConnection() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample()), .end(nil))
        let fields: HTTPFields = [.connection: "close", .transferEncoding: "chunked", .server: "x"]
        stream.answer(.head(HTTPResponse(status: .ok, headerFields: fields)), .body(text("a")), .end(nil))
        #expect(try stream.received() == ["200 [server=x]", "a", "end"])
        #expect(stream.resetCodes == [])
    }

    @Test func writesNoBodyToHead() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(.head)), .end(nil))
        stream.answer(
            .head(HTTPResponse(status: .ok, headerFields: [.contentLength: "1"])),
            .body(text("a")),
            .end(nil)
        )
        #expect(try stream.received() == ["200 [content-length=1]", "end"])
    }

    @Test func resetsAStreamWhoseAnswerIsTooShort() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample()), .end(nil))
        stream.answer(
            .head(HTTPResponse(status: .ok, headerFields: [.contentLength: "2"])),
            .body(text("a")),
            .end(nil)
        )
        #expect(try stream.received() == ["200 [content-length=2]", "a"])
        #expect(stream.resetCodes.count == 1)
    }

    @Test func doesNotReadARequestOnWhoseAnswerIsWritten() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(.post)), .body(text("a")))
        stream.answer(ok, .end(nil))
        #expect(try stream.received() == ["200 []", "end"])
        #expect(stream.resetCodes.count == 1)
        _ = try stream.seen()
        try stream.send(.body(text("b")), .end(nil))
        #expect(try stream.seen() == [])
    }

    @Test func tellsTheServiceOfABodyThatBreaksOff() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(.post)), .body(text("a")))
        stream.disconnect()
        #expect(try stream.seen().last == "error malformed-body")
    }
}
