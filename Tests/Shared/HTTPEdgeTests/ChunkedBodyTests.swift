import HTTPEdge
import HTTPTypes
import Testing

/// Bodies in chunks.
@Suite(.timeLimit(.minutes(1))) struct ChunkedBodyTests {
    private static let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
    private static let seenHead = "POST / @a [transfer-encoding=Chunked]"

    @Test(arguments: [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5;a=\"b c\"\r\nhello\r\n6 \r\n", "hello|malformed"),
        ("00A\r\n0123456789\r\n1\r\n!\r\n0;x\r\n\r\n", "0123456789!"),
        ("1\r\nx\r\n0\r\nTrailer: yes\r\nOther: \r\n\r\n", "x"),
    ]) func takesChunksApart(chunks: String, body: String) throws {
        for isSplit in [false, true] {
            let edge = try EdgeHarness()
            try edge.send(Self.head)
            for piece in isSplit ? chunks.utf8.map({ [$0] }) : [Array(chunks.utf8)] { try edge.send(bytes: piece) }
            let isBad = body.hasSuffix("|malformed")
            let text = body.prefix { $0 != "|" }
            let end = isBad ? ["error malformed-body"] : text.isEmpty ? ["end"] : ["body \(text)", "end"]
            #expect(try edge.seen() == [Self.seenHead] + end)
        }
    }

    @Test(arguments: [
        "\r\n", "x\r\n", "-1\r\n", "0x1\r\n", " 1\r\n", "1 \r\nx", "1\nx", "1\r\nxy\r\n", "1\r\nx\n0\r\n\r\n",
        "1\r\nxab",
        "1\r\nx\r\n\r\n", "1234567890abcdef\r\n", "1;\u{1}\r\n", "0\r\nTrailer\r\n\r\n", "0\r\n Folded: x\r\n\r\n",
        "0\r\n\n",
    ]) func refuses(chunks: String) throws {
        for isSplit in [false, true] {
            let edge = try EdgeHarness()
            try edge.send(Self.head)
            for piece in isSplit ? chunks.utf8.map({ [$0] }) : [Array(chunks.utf8)] { try edge.send(bytes: piece) }
            let seen = try edge.seen()
            #expect(seen.first == Self.seenHead)
            #expect(seen.last == "error malformed-body" || seen.last == "error malformed-field")
            #expect(!seen.contains("end"))
            try edge.answer(.badRequest, length: 0)
            #expect(try edge.received().contains("Connection: close\r\n"))
        }
    }

    @Test func limitsSizeLinesAndTrailers() throws {
        func seen(_ chunks: String) throws -> String? {
            let edge = try EdgeHarness()
            try edge.send(Self.head + chunks)
            return try edge.seen().last
        }
        let extensions = String(repeating: "e", count: 254)
        #expect(try seen("0;\(extensions)\r\n\r\n") == "end")
        #expect(try seen("0;\(extensions)e\r\n\r\n") == "error malformed-body")
        #expect(try seen("0;\(extensions)eee") == "error malformed-body")
        #expect(try seen("0\r\n" + String(repeating: "T: x\r\n", count: 100) + "\r\n") == "end")
        #expect(try seen("0\r\n" + String(repeating: "T: x\r\n", count: 101) + "\r\n") == "error too-many-fields")
        let long = String(repeating: "x", count: 16500)
        #expect(try seen("0\r\nT: \(long)\r\n\r\n") == "error fields-too-large")
    }
}
