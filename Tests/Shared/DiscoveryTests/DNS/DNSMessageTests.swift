import TestSupport
import Testing

@testable import Discovery

/// Messages that servers send by mistake or by malice, read without a server.
@Suite struct DNSMessageTests {
    private static let question = DNSQuestion(name: "users.example", type: .a)

    @Test func readsAWholeMessage() throws {
        let answer = try read(message(.records(.a("users.example", "192.0.2.1"))))
        #expect(answer.records == [.address("users.example", "192.0.2.1")])
    }

    @Test func readsTheQuestionInAnyCase() throws {
        let reply = NameserverReply(answers: [.a("USERS.example", "192.0.2.1")], repeats: "Users.Example")
        #expect(try read(message(reply)).records == [.address("users.example", "192.0.2.1")])
    }

    @Test func refusesAnAnswerToAnotherQuestion() throws {
        let other = NameserverReply(answers: [.a("users.example", "192.0.2.1")], repeats: "other.example")
        #expect(failure(message(other)) == .unusable)
        #expect(failure(message(.records(.a("users.example", "192.0.2.1")), type: 28)) == .unusable)
    }

    @Test func refusesAQuestion() {
        var bytes = message(.records(.a("users.example", "192.0.2.1")))
        bytes[2] &= 0x7F
        #expect(failure(bytes) == .unusable)
    }

    @Test func refusesATruncatedMessage() {
        var bytes = message(.records(.a("users.example", "192.0.2.1")))
        bytes[2] |= 0x02
        #expect(failure(bytes) == .unusable)
    }

    @Test func refusesEveryMessageThatIsCutOff() {
        let reply = NameserverReply(
            answers: [.cname("users.example", "b.example"), .a("b.example", "192.0.2.1")],
            authority: [.soa(minimum: 5)],
            additional: [.srv("x.example", "y.example", port: 80)]
        )
        let bytes = message(reply)
        for length in bytes.indices { #expect(failure(Array(bytes[..<length])) == .unusable, "\(length) bytes") }
        #expect(failure(bytes + [0]) == .unusable, "one byte more")
    }

    @Test(arguments: [
        WireRecord(name: "users.example", type: 1, timeToLive: 1, content: [192, 0, 2]),
        WireRecord(name: "users.example", type: 1, timeToLive: 1, content: [192, 0, 2, 1, 1]),
        WireRecord(name: "users.example", type: 28, timeToLive: 1, content: [192, 0, 2, 1]),
        WireRecord(name: "users.example", type: 33, timeToLive: 1, content: []),
        WireRecord(name: "users.example", type: 33, timeToLive: 1, content: [0, 0, 0, 0, 0, 80]),
        WireRecord(name: "users.example", type: 33, timeToLive: 1, content: [0, 0, 0, 0, 0, 80, 3, 97]),
        WireRecord(name: "users.example", type: 5, timeToLive: 1, content: [0xC0, 0xFF]),
        // A name that runs on into the next record.
        WireRecord(name: "users.example", type: 5, timeToLive: 1, content: [1, 97]),
        // A pointer to itself: the answer's data begins at byte 43.
        WireRecord(name: "users.example", type: 5, timeToLive: 1, content: [0xC0, 43]),
    ])
    func refusesADamagedRecord(_ record: WireRecord) {
        let next = WireRecord.a("users.example", "192.0.2.1")
        #expect(failure(message(NameserverReply(answers: [record, next]))) == .unusable)
    }

    @Test(arguments: [0, 1, 2, 19, 41])
    func refusesADamagedSOARecord(_ missing: Int) {
        var record = WireRecord.soa(minimum: 5)
        record.content.removeLast(missing)
        let code = failure(message(NameserverReply(authority: [record])))
        #expect(code == (missing == 0 ? nil : .unusable))
    }

    @Test func takesATTLWithItsFirstBitSetAsZero() throws {
        let record = WireRecord.a("users.example", "192.0.2.1", ttl: 0x8000_0000)
        #expect(try read(message(NameserverReply(answers: [record]))).records.first?.timeToLive == .zero)
    }

    /// Whatever the bytes are, they are read or refused.
    @Test(arguments: [1, 2] as [UInt64])
    func survivesEveryDamage(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let reply = NameserverReply(
            answers: [.cname("users.example", "b.example"), .srv("b.example", "c.example", port: 80)],
            authority: [.soa(minimum: 5), .ns("example", "ns.example")],
            additional: [.a("c.example", "192.0.2.1"), .aaaa("c.example", "2001:db8:0:0:0:0:0:1")]
        )
        let whole = message(reply)
        var refused = 0
        for _ in 0..<50_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = generator.next()
            }
            if failure(bytes) != nil { refused += 1 }
        }
        #expect((1..<50_000).contains(refused))
    }

    private func message(_ reply: NameserverReply, type: UInt16 = 1) -> [UInt8] {
        let header: [UInt8] = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let question = header + Wire.name("users.example") + Wire.bytes(type) + Wire.bytes(UInt16(1))
        return WireQuestion(question).map { reply.message(to: $0, isTruncated: false) } ?? []
    }

    private func read(_ bytes: [UInt8]) throws(DNSLookupError) -> DNSAnswer {
        try DNSMessage(bytes: bytes[...]).answer(to: Self.question)
    }

    private func failure(_ bytes: [UInt8]) -> DNSLookupError.Code? {
        do {
            _ = try read(bytes)
            return nil
        } catch {
            return error.code
        }
    }
}
