import Messaging
import Testing

@testable import NATS

/// How messages are named in a stream, and which deliveries tell of them.
@Suite struct RecordTests {
    @Test(arguments: [
        ("aZ09-_", "s.aZ09-_"), ("a.b", "s.a=2Eb"), ("*", "s.=2A"), (">", "s.=3E"), ("=", "s.=3D"), ("", "s.="),
        (" ", "s.=20"), ("\n", "s.=0A"), ("ä", "s.=C3=A4"), ("=3D", "s.=3D3D"),
    ])
    func makesASubjectOfAnyID(_ id: String, _ subject: String) throws {
        #expect(try RecordSubject.make(stream: "s", id: id).uppercased() == subject.uppercased())
    }

    @Test func refusesAnIDThatIsTooLong() throws {
        let longest = String(repeating: "a", count: 2046)
        #expect(try RecordSubject.make(stream: "s", id: longest).utf8.count == 2048)
        let error = #expect(throws: MessagingError.self) { try RecordSubject.make(stream: "s", id: longest + "a") }
        #expect(error?.code == .refused)
    }

    @Test(arguments: [
        "$JS.ACK.board.IMTZer27.1.12.3.1795323523609842855.7",
        "$JS.ACK._.ACCOUNT.board.IMTZer27.1.12.3.1795323523609842855.7.token",
        "$JS.ACK.hub.ACCOUNT.board.IMTZer27.1.12.3.1795323523609842855.7",
    ])
    func readsThePlaceOfADelivery(_ reply: String) throws {
        let place = try #require(DeliveryPlace(reply: reply))
        #expect(place.sequence == 12)
        #expect(place.delivery == 3)
        #expect(place.pending == 7)
    }

    @Test(arguments: [
        "", "_INBOX.a", "$JS.ACK.board", "$JS.FC.board.a.b.c.d.e.f", "$JS.ACK.board.c.1.x.3.1.7",
        "$JS.ACK.a.board.c.1.12.3.1.7",
    ])
    func readsNoPlaceFromAnythingElse(_ reply: String) {
        #expect(DeliveryPlace(reply: reply) == nil)
    }
}
