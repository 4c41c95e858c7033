import HTTPEdge
import HTTPTypes
import Testing

/// How much and how long a client may send.
@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    @Test func hasTheDocumentedDefaults() {
        let limits = EdgeLimits()
        #expect(limits.requestLineBytes == 8192)
        #expect(limits.fieldBytes == 16384)
        #expect(limits.fieldCount == 100)
        #expect(limits.headTime == .seconds(10))
        #expect(limits.bodyBytesPerSecond == 500)
        #expect(limits.bodyGrace == .seconds(5))
        #expect(limits.requestTime == .seconds(30))
        #expect(limits.idleTime == .seconds(75))
        #expect(limits.lingerTime == .seconds(2))
        #expect(limits.stallTime == .seconds(30))
        #expect(limits.sendBufferBytes == 131_072)
        #expect(EdgeLimits.behindGateway.fieldBytes == 20480)
        #expect(EdgeLimits.behindGateway.fieldCount == 120)
    }

    private func status(_ bytes: String, byteByByte: Bool) throws -> String {
        let edge = try EdgeHarness()
        for piece in byteByByte ? bytes.utf8.map({ [$0] }) : [Array(bytes.utf8)] { try edge.send(bytes: piece) }
        let received = try edge.received()
        return received.isEmpty
            ? (try edge.seen().isEmpty ? "waiting" : "accepted") : String(received.dropFirst(9).prefix(3))
    }

    @Test(arguments: [false, true]) func limitsTheRequestLine(byteByByte: Bool) throws {
        func line(_ length: Int) -> String {
            "GET /" + String(repeating: "a", count: length - 14) + " HTTP/1.1\r\n"
        }
        #expect(try status(line(8192) + "Host: a\r\n\r\n", byteByByte: byteByByte) == "accepted")
        #expect(try status(line(8193) + "Host: a\r\n\r\n", byteByByte: byteByByte) == "414")
        #expect(try status(String(repeating: "a", count: 8193), byteByByte: byteByByte) == "waiting")
        #expect(try status(String(repeating: "a", count: 8194), byteByByte: byteByByte) == "414")
    }

    @Test(arguments: [false, true]) func limitsTheFields(byteByByte: Bool) throws {
        func head(_ bytes: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\nF: " + String(repeating: "a", count: bytes - 14) + "\r\n\r\n"
        }
        #expect(try status(head(16384), byteByByte: byteByByte) == "accepted")
        #expect(try status(head(16385), byteByByte: byteByByte) == "431")
        #expect(try status(String(head(17000).dropLast(4)), byteByByte: byteByByte) == "431")
    }

    @Test(arguments: [false, true]) func limitsTheNumberOfFields(byteByByte: Bool) throws {
        func head(_ count: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "F: a\r\n", count: count - 1) + "\r\n"
        }
        #expect(try status(head(100), byteByByte: byteByByte) == "accepted")
        #expect(try status(head(101), byteByByte: byteByByte) == "431")
    }

    @Test func limitsTheTimeOfAHead() throws {
        let edge = try EdgeHarness()
        edge.pass(.seconds(60))
        for byte in "GET / HTTP/1.1\r\nHost:".utf8.prefix(9) {
            try edge.send(bytes: [byte])
            edge.pass(.seconds(1))
        }
        #expect(try edge.received().isEmpty)
        edge.pass(.milliseconds(1500))
        #expect(try edge.received().hasPrefix("HTTP/1.1 408 "))
        #expect(try edge.seen().isEmpty)
    }

    @Test func endsIdleConnections() throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        edge.pass(.seconds(100))
        #expect(edge.isOpen)
        try edge.answer(length: 0)
        edge.pass(.milliseconds(74_000))
        #expect(edge.isOpen)
        edge.pass(.seconds(2))
        #expect(!edge.isOpen)
    }

    /// Whoever leaves its answers unread is given no more of them, and not kept.
    @Test func endsConnectionsThatTakeNothing() throws {
        let edge = try EdgeHarness()
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try edge.answer(length: 0)
        edge.setWritable(false)
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try edge.seen().count == 2)
        edge.pass(.seconds(29))
        edge.setWritable(true)
        #expect(try edge.seen().count == 2)
        edge.setWritable(false)
        edge.pass(.seconds(29))
        #expect(edge.isOpen)
        edge.pass(.seconds(2))
        #expect(!edge.isOpen)
    }

    @Test func lingersFromWhenTheAnswerIsOnItsWay() throws {
        let edge = try EdgeHarness()
        edge.halfCloser.isHolding = true
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        try edge.answer(length: 0)
        edge.pass(.seconds(20))
        #expect(edge.isOpen)
        edge.halfCloser.release()
        edge.pass(.milliseconds(1500))
        #expect(edge.isOpen)
        edge.pass(.seconds(1))
        #expect(!edge.isOpen)
    }

    @Test(arguments: [false, true]) func waitsForNoClientForEver(hasSaidItsLastWord: Bool) throws {
        let edge = try EdgeHarness()
        edge.halfCloser.isHolding = true
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        if hasSaidItsLastWord { edge.closeInput() }
        try edge.answer(length: 0)
        edge.pass(.seconds(74))
        #expect(edge.isOpen)
        edge.pass(.seconds(2))
        #expect(!edge.isOpen)
    }

    @Test func sendsWhatIsPendingToAClientThatHasSaidItsLastWord() throws {
        let edge = try EdgeHarness()
        edge.halfCloser.isHolding = true
        try edge.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        edge.closeInput()
        try edge.answer(length: 0)
        #expect(edge.isOpen)
        edge.halfCloser.release()
        #expect(!edge.isOpen)
    }

    private static let upload = "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"

    @Test func refusesABodyThatDrips() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.upload)
        for _ in 0..<5 {
            edge.read()
            try edge.send(String(repeating: "x", count: 499))
            edge.read()
            edge.pass(.seconds(1))
        }
        edge.pass(.milliseconds(500))
        #expect(try edge.seen().last == "error slow-body")
        try edge.answer(.requestTimeout, length: 0)
        #expect(try edge.received().contains("Connection: close\r\n"))
    }

    @Test func acceptsABodyThatIsFastEnough() throws {
        let edge = try EdgeHarness(streams: ["/up"])
        try edge.send(Self.upload)
        for _ in 0..<60 {
            try edge.send(String(repeating: "x", count: 550))
            edge.read()
            edge.pass(.seconds(1))
        }
        #expect(try edge.seen().allSatisfy { !$0.hasPrefix("error") })
    }

    @Test func blamesNobodyWhileNobodyReads() throws {
        let edge = try EdgeHarness(streams: ["/up"])
        try edge.send(Self.upload)
        edge.pass(.seconds(60))
        #expect(try edge.seen().allSatisfy { !$0.hasPrefix("error") })
    }

    @Test func limitsTheTimeOfARequestThatIsNoStream() throws {
        let edge = try EdgeHarness()
        try edge.send(Self.upload)
        for _ in 0..<31 {
            try edge.send(String(repeating: "x", count: 2000))
            edge.read()
            edge.pass(.seconds(1))
        }
        #expect(try edge.seen().last == "error slow-request")
    }
}
