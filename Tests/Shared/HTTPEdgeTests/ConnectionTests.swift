import HTTPEdge
import HTTPTypes
import Testing

/// Requests and answers of one connection.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    private static let get = "GET /a?b=c HTTP/1.1\r\nHost: example.org:80\r\nAccept:  x \r\n\r\n"

    @Test func handsOnOneRequestAfterTheOther() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get + "POST /two HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\nxyz")
        #expect(try edge.seen() == ["GET /a?b=c @example.org:80 [accept=x]", "end"])
        try edge.answer(.ok, ["hello"], length: 5)
        #expect(try edge.received() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        #expect(try edge.seen() == ["POST /two @b [content-length=3]", "body xyz", "end"])
        try edge.answer(.noContent)
        #expect(try edge.received() == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(edge.isOpen)
    }

    @Test func takesTheHostOfAnAbsoluteTarget() throws {
        let edge = try EdgeHarness()
        try edge.send("GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try edge.seen() == ["GET /x?y @b:81 []", "end"])
    }

    @Test(arguments: ["*", "/x"]) func knowsTheTargetsOfOptions(target: String) throws {
        let edge = try EdgeHarness()
        try edge.send("OPTIONS \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try edge.seen() == ["OPTIONS \(target) @a []", "end"])
    }

    @Test(arguments: ["a", "a.example:8080", "127.0.0.1", "[::1]", "[::ffff:10.0.0.1]:443", "xn--bcher-kva.example:"])
    func acceptsHosts(host: String) throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(try edge.seen() == ["GET / @\(host) []", "end"])
    }

    @Test func readsOverOneEmptyLineBeforeARequest() throws {
        let edge = try EdgeHarness()
        try edge.send("\r\n" + Self.get)
        #expect(try edge.seen().count == 2)
    }

    @Test func framesAnswersWithoutALengthInChunks() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get)
        try edge.answer(.ok, ["0123456789", "", "ab"], fields: [.connection: "x", .transferEncoding: "y"])
        let expected = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n2\r\nab\r\n0\r\n\r\n"
        #expect(try edge.received() == expected)
    }

    @Test func sendsNoBodyInAnswerToHead() throws {
        let edge = try EdgeHarness()
        try edge.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        try edge.answer(.ok, ["hello"], length: 5)
        #expect(try edge.received() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    }

    @Test func speaksToHTTP10InItsWords() throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try edge.seen() == ["GET / @- [connection=keep-alive]", "end"])
        try edge.answer(.ok, ["hello"], length: 5)
        #expect(try edge.received().contains("Connection: keep-alive\r\n"))
        try edge.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        try edge.answer(.ok, ["hello"])
        #expect(try edge.received() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
        edge.pass(.seconds(3))
        #expect(!edge.isOpen)
    }

    @Test(arguments: ["close, keep-alive", "keep-alive, close"]) func believesCloseFirst(options: String) throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/1.0\r\nConnection: \(options)\r\n\r\n")
        try edge.answer(length: 0)
        #expect(try edge.received().contains("Connection: close\r\n"))
    }

    @Test func endsAfterTheAnswerWhenTheClientSaysSo() throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: TE, Close\r\n\r\n" + Self.get)
        #expect(try edge.seen().count == 2)
        try edge.answer(length: 0)
        #expect(try edge.received().contains("Connection: close\r\n"))
        #expect(try edge.seen().isEmpty)
    }

    @Test func abortsAnAnswerThatIsShorterThanItSays() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get)
        try edge.answer(.ok, ["hel"], length: 5)
        #expect(!edge.isOpen)
    }

    @Test func dropsWhatIsMoreThanAnAnswerSays() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get)
        try edge.answer(.ok, ["hello world"], length: 5)
        #expect(try edge.received().hasSuffix("\r\n\r\nhello"))
        #expect(edge.isOpen)
    }

    @Test func tellsAWaitingClientToGoOn() throws {
        let edge = try EdgeHarness()
        try edge.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
        #expect(try edge.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        try edge.send("ok")
        try edge.answer(length: 0)
        #expect(try edge.received().hasPrefix("HTTP/1.1 200 OK"))
    }

    @Test func readsTheRestOfABodyThatWasAnsweredEarly() throws {
        let edge = try EdgeHarness()
        try edge.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        try edge.answer(.contentTooLarge, length: 0)
        #expect(try edge.received().hasPrefix("HTTP/1.1 413"))
        try edge.send("def" + Self.get)
        #expect(try edge.seen().suffix(2) == ["GET /a?b=c @example.org:80 [accept=x]", "end"])
    }

    @Test func answersWhatCameBeforeTheClientsLastWord() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get + "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
        edge.closeInput()
        try edge.answer(length: 0)
        try edge.answer(length: 0)
        let first = ["GET /a?b=c @example.org:80 [accept=x]", "end"]
        #expect(try edge.seen() == first + ["DELETE / @a []", "end", "input closed"])
        #expect(try edge.received().matches(of: /200 OK/).count == 2)
        #expect(!edge.isOpen)
    }

    /// Whoever only wants to read, and says its last word before anything comes, is taken to be gone.
    @Test func endsTheConnectionOfAClientThatHasLeft() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get)
        edge.closeInput()
        #expect(!edge.isOpen)
        #expect(try edge.received().isEmpty)
    }

    @Test func finishesAnAnswerThatHasBegun() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get)
        try edge.begin(length: 5)
        edge.closeInput()
        #expect(edge.isOpen)
        try edge.end(["hello"])
        #expect(try edge.received().hasSuffix("\r\n\r\nhello"))
        #expect(!edge.isOpen)
    }

    @Test func reportsABodyThatBreaksOff() throws {
        let edge = try EdgeHarness()
        try edge.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        edge.closeInput()
        #expect(try edge.seen() == ["POST / @a [content-length=6]", "error malformed-body", "input closed"])
        try edge.answer(.badRequest, length: 0)
        #expect(!edge.isOpen)
    }

    @Test func stopsAfterTheCurrentAnswer() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.get)
        edge.quiesce()
        #expect(edge.isOpen)
        try edge.answer(length: 0)
        #expect(try edge.received().contains("Connection: close\r\n"))
        let idle = try EdgeHarness()
        idle.quiesce()
        #expect(!idle.isOpen)
    }
}
