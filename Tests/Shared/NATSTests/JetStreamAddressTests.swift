import NATS
import Testing

/// URLs of a stream.
@Suite struct JetStreamAddressTests {
    @Test func hasDefaults() throws {
        let address = try JetStreamAddress(url: "nats://queue.example")
        #expect(address.servers == ["nats://queue.example:4222"])
        #expect(address.user == nil)
        #expect(address.stream == "clowder")
        #expect(address.replicas == 1)
        #expect(!address.usesTLS)
    }

    @Test func readsEveryPart() throws {
        let address = try JetStreamAddress(url: "tls://mail@a,b:4223,[::1]:4224/board-1_x?replicas=3")
        #expect(address.servers == ["tls://a:4222", "tls://b:4223", "tls://[::1]:4224"])
        #expect(address.user == "mail")
        #expect(address.stream == "board-1_x")
        #expect(address.replicas == 3)
        #expect(address.usesTLS)
    }

    @Test(arguments: [
        ("http://a", "begins with neither nats:// nor tls://"),
        ("nats://", "“” has no host name"),
        ("nats://a,", "“” has no host name"),
        ("nats://a b", "“a b” has no host name"),
        ("nats://a:0", "“0” in “a:0” is no port"),
        ("nats://a:65536", "“65536” in “a:65536” is no port"),
        ("nats://user:secret@a", "no password belongs into a URL"),
        ("nats://@a", "the user before “@”"),
        ("nats://a/b.c", "the stream “b.c”"),
        ("nats://a/b/c", "the stream “b/c”"),
        ("nats://a/*", "the stream “*”"),
        ("nats://a?replicas=0", "“?replicas=0” is not"),
        ("nats://a?replicas=6", "“?replicas=6” is not"),
        ("nats://a?copies=1", "“?copies=1” is not"),
    ])
    func saysWhatIsWrong(_ url: String, _ reason: String) {
        let error = #expect(throws: JetStreamAddress.Malformed.self) { try JetStreamAddress(url: url) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("secret") == false)
    }

    @Test func takesAHundredLettersForAStream() throws {
        let name = String(repeating: "a", count: 100)
        #expect(try JetStreamAddress(url: "nats://a/\(name)").stream == name)
        #expect(throws: JetStreamAddress.Malformed.self) { try JetStreamAddress(url: "nats://a/\(name)a") }
    }
}
