import HTTPEdge
import HTTPTypes
import Testing

/// Requests that are refused before anybody behind sees them.
@Suite(.timeLimit(.minutes(1))) struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var bytes: String
        var status: Int
        var kind: String

        init(_ bytes: String, _ status: Int, _ kind: String) {
            self.bytes = bytes
            self.status = status
            self.kind = kind
        }

        var testDescription: String { "\(kind): \(bytes.prefix(60).debugDescription)" }
    }

    static let lines = [
        Case("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "unknown-method"),
        Case("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "unknown-method"),
        Case("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "unknown-method"),
        Case("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unknown-version"),
        Case("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "unknown-version"),
        Case("GET / http/1.1\r\nHost: a\r\n\r\n", 400, "malformed-request-line"),
        Case("GET /\r\nHost: a\r\n\r\n", 400, "malformed-request-line"),
        Case("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-request-line"),
        Case("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "malformed-request-line"),
        Case(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-request-line"),
        Case("GET / HTTP/1.1\nHost: a\n\n", 400, "malformed-request-line"),
        Case("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-request-line"),
        Case("\u{16}\u{3}\u{1}", 400, "malformed-request-line"),
        Case("GET listings HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
        Case("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
        Case("GET /é HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
        Case("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
        Case("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
        Case("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
        Case("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
    ]

    static let fields = [
        Case("GET / HTTP/1.1\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: a:" + "65536\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: [zz]\r\n\r\n", 400, "bad-host"),
        Case("GET http://a b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-request-line"),
        Case("GET http://@/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-host"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nName : b\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nName\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nN(me: b\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nName: b\r\n c\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nName: b\u{0}c\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nName: b\u{7F}\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nName: b\rc\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\nName: b\r\n\r\n", 400, "malformed-field"),
        Case("GET / HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\n\r\n", 417, "unknown-expectation"),
    ]

    static let framings = [
        Case("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n", 400, "malformed-body"),
        Case(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            "malformed-body"
        ),
        Case(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
            400,
            "malformed-body"
        ),
        Case("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 400, "malformed-body"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n", 400, "malformed-body"),
        Case(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            "malformed-body"
        ),
        Case("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "unknown-transfer-coding"),
        Case("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501, "unknown-transfer-coding"),
    ]

    /// Whether it arrives at once or byte by byte, the same is refused in the same words, and the connection ends.
    @Test(arguments: lines + fields + framings) func refuses(_ refused: Case) throws {
        for pieces in [[Array(refused.bytes.utf8)], refused.bytes.utf8.map { [$0] }] {
            let edge = try EdgeHarness()
            for piece in pieces where edge.isOpen { try edge.send(bytes: piece) }
            let received = try edge.received()
            #expect(received.hasPrefix("HTTP/1.1 \(refused.status) "))
            #expect(received.contains("\r\nConnection: close\r\n"))
            #expect(received.hasSuffix("\r\n\r\n\(refused.kind) -"))
            #expect(received.contains("\r\nContent-Length: \(refused.kind.utf8.count + 2)\r\n"))
            #expect(try edge.seen().isEmpty)
            edge.pass(.milliseconds(1500))
            #expect(edge.isOpen)
            edge.pass(.seconds(1))
            #expect(!edge.isOpen)
        }
    }

    @Test func namesTheCorrelationIDThatTheRequestBrought() throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/1.1\r\nX-Correlation-ID: abc-1\r\nHost: a\r\nHost: b\r\n\r\n")
        #expect(try edge.received().hasSuffix("bad-host abc-1"))
    }

    @Test func takesNothingOfThePreviousRequestForTheRefusedOne() throws {
        let edge = try EdgeHarness()
        try edge.send("HEAD / HTTP/1.1\r\nHost: a\r\nX-Correlation-ID: first\r\n\r\n")
        try edge.answer(.ok, length: 3)
        _ = try edge.received()
        try edge.send("GET /\r\n\r\n")
        #expect(try edge.received().hasSuffix("malformed-request-line -"))
    }

    @Test func dropsWhatComesAfterARefusalUntilTheClientIsGone() throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/9.9\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try edge.seen().isEmpty)
        #expect(edge.isOpen)
        edge.closeInput()
        #expect(!edge.isOpen)
    }
}
