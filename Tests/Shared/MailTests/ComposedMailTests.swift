import Mail
import Testing

/// What is refused before any transport sees it.
struct ComposedMailTests {
    private func refusal(_ text: String, to recipient: String = "ada@example.org") -> DeliveryError? {
        do throws(DeliveryError) {
            _ = try ComposedMail(recipient: recipient, messageID: "one@clowder.example", text: text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["\r\n", "Subject: x\r\n\r\nbody\r\n", String(repeating: "x", count: 998) + "\r\n", "\u{1}\r\n"])
    func takesWhatEveryTransportCanCarry(text: String) throws {
        let mail = try ComposedMail(recipient: "ada@example.org", messageID: "one@clowder.example", text: text)
        #expect(mail.text == text)
    }

    @Test(arguments: [
        ("a\nb\r\n", "the message has a line break that is no CR LF"),
        ("a\rb\r\n", "the message has a line break that is no CR LF"),
        ("a\n.\r\nb\r\n", "the message has a line break that is no CR LF"),
        ("\r\r\n", "the message has a line break that is no CR LF"),
        ("a\0b\r\n", "the message has a zero byte"),
        (String(repeating: "x", count: 999) + "\r\n", "the message has a line of over 998 bytes"),
        ("", "the mail does not end with CR LF"), ("a", "the mail does not end with CR LF"),
        ("a\r\n\n", "the mail does not end with CR LF"), ("a\r\nb\r", "the mail does not end with CR LF"),
        ("é\r\n", "the mail or its recipient is not ASCII"),
    ])
    func refusesWhatSomeServersWouldReadInAnotherWay(text: String, words: String) {
        #expect(refusal(text) == DeliveryError(permanence: .permanent, description: words))
    }

    @Test(arguments: [
        "", "ada", "ada@example.org>", "ada@example.org\r\nRCPT TO:<x@y.z>", "a b@c.de", "adä@example.org",
    ])
    func refusesAnAddressThatIsMoreThanOne(recipient: String) {
        #expect(refusal("body\r\n", to: recipient)?.permanence == .permanent)
    }
}
