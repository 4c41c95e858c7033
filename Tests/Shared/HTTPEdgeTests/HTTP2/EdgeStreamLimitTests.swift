import HTTPEdge
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

/// What is refused of requests over HTTP/2, and how long they may take.
@Suite(.timeLimit(.minutes(1))) struct EdgeStreamLimitTests {
    private func refusal(_ request: HTTPRequest) throws -> String? {
        let stream = try StreamHarness()
        try stream.send(.head(request), .end(nil))
        let received = try stream.received()
        guard try stream.seen().isEmpty else { return nil }
        #expect(received.last == "end" && stream.resetCodes == [])
        return received[0].prefix(3) + " " + received[1]
    }

    @Test func limitsTheTarget() throws {
        let longest = "/" + String(repeating: "a", count: 8191)
        #expect(try refusal(.sample(path: longest)) == nil)
        #expect(try refusal(.sample(path: longest + "a")) == "414 request-line-too-long -")
    }

    @Test func limitsTheFields() throws {
        let name = try #require(HTTPField.Name("x"))
        let longest = String(repeating: "a", count: 16384 - 5)
        #expect(try refusal(.sample(fields: [name: longest])) == nil)
        #expect(try refusal(.sample(fields: [name: longest + "a"])) == "431 fields-too-large -")
        var fields = HTTPFields()
        for _ in 0..<100 { fields.append(HTTPField(name: name, value: "1")) }
        #expect(try refusal(.sample(fields: fields)) == nil)
        fields.append(HTTPField(name: name, value: "1"))
        #expect(try refusal(.sample(fields: fields)) == "431 too-many-fields -")
    }

    @Test func refusesWhatHTTP1Refuses() throws {
        let brew = try #require(HTTPRequest.Method("BREW"))
        #expect(try refusal(.sample(brew)) == "501 unknown-method -")
        #expect(try refusal(.sample(path: "*")) == "400 malformed-target -")
        #expect(try refusal(.sample(.options, path: "*")) == nil)
        #expect(try refusal(.sample(path: "a")) == "400 malformed-target -")
        #expect(try refusal(.sample(path: "/ä")) == "400 malformed-target -")
        #expect(try refusal(.sample(path: "/#a")) == "400 malformed-target -")
        #expect(try refusal(.sample(scheme: "ftp")) == "400 malformed-target -")
        #expect(try refusal(.sample(fields: [.expect: "x"])) == "417 unknown-expectation -")
    }

    @Test func needsOneHost() throws {
        let host = try #require(HTTPField.Name("host"))
        #expect(try refusal(.sample(authority: nil)) == "400 bad-host -")
        #expect(try refusal(.sample(authority: "")) == "400 bad-host -")
        #expect(try refusal(.sample(authority: "a/b")) == "400 bad-host -")
        #expect(try refusal(.sample(authority: "a", fields: [host: "a"])) == nil)
        #expect(try refusal(.sample(authority: "a", fields: [host: "b"])) == "400 bad-host -")
        var two = HTTPFields()
        for _ in 0..<2 { two.append(HTTPField(name: host, value: "a")) }
        #expect(try refusal(.sample(authority: "a", fields: two)) == "400 bad-host -")
    }

    @Test func answersWithTheCorrelationIDOfARefusedRequest() throws {
        let name = try #require(HTTPField.Name("X-Correlation-ID"))
        #expect(try refusal(.sample(path: "a", fields: [name: "7"])) == "400 malformed-target 7")
    }

    @Test func refusesARequestBeforeItsBodyCame() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample(.post, path: "a")))
        #expect(try stream.received().last == "end")
        #expect(stream.resetCodes.count == 1)
        #expect(try stream.seen() == [])
    }

    private func begin(_ stream: StreamHarness, path: String = "/") throws {
        stream.read()
        try stream.send(.head(.sample(.post, path: path)))
        stream.read()
        _ = try stream.seen()
    }

    private func drip(_ stream: StreamHarness, _ count: Int) throws {
        try stream.send(.body(ByteBuffer(repeating: 97, count: count)))
        stream.read()
    }

    @Test func refusesABodyThatIsTooSlow() throws {
        let stream = try StreamHarness()
        try begin(stream)
        try drip(stream, 2499)
        stream.pass(.seconds(6))
        #expect(try stream.seen().last == "error slow-body")
    }

    @Test(arguments: [true, false]) func refusesARequestThatTakesTooLongUnlessItIsAStream(isStream: Bool) throws {
        let stream = try StreamHarness(streams: ["/stream"])
        try begin(stream, path: isStream ? "/stream" : "/")
        for _ in 0..<7 {
            try drip(stream, 3000)
            stream.pass(.seconds(5))
        }
        let seen = try stream.seen()
        #expect(seen.contains("error slow-request") == !isStream)
    }

    /// Who waits for a slow service is not blamed.
    @Test func doesNotCountTimeInWhichNobodyReads() throws {
        let stream = try StreamHarness()
        try begin(stream)
        try stream.send(.body(ByteBuffer(string: "a")))
        stream.pass(.seconds(20))
        #expect(try stream.seen() == [])
    }

    @Test func resetsAStreamWhoseClientDoesNotReadItsAnswer() throws {
        let stream = try StreamHarness()
        try stream.send(.head(.sample()), .end(nil))
        stream.setWritable(false)
        stream.pass(.seconds(29))
        #expect(stream.resetCodes == [])
        stream.pass(.seconds(2))
        #expect(stream.resetCodes.count == 1)
    }
}
