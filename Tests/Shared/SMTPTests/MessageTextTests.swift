import Testing

@testable import SMTP

struct MessageTextTests {
    @Test func takesLinesThatEndAsTheyShould() throws {
        for text in ["", "\r\n", "a\r\nb\r\n", "a", String(repeating: "ä", count: 499) + "\r\n"] {
            #expect(try MessageText.check(text) == Array(text.utf8))
        }
    }

    @Test(arguments: ["a\nb", "a\rb", "a\r", "\n", "a\r\n.\n.\r\n", "a\r\n\n.\r\n", "\r\r\n"])
    func refusesLoneLineBreaks(_ text: String) {
        let error = #expect(throws: SMTPError.self) { try MessageText.check(text) }
        #expect(error?.permanence == .permanent)
        #expect(error?.description == "the message has a line break that is no CR LF")
    }

    @Test func refusesWhatNoServerHasToTake() {
        #expect(MessageText.longestLine == 998)
        #expect(throws: SMTPError.self) { try MessageText.check(String(repeating: "a", count: 999)) }
        #expect(throws: SMTPError.self) { try MessageText.check("a\0b") }
    }

    @Test(arguments: [
        "a@b.c\r\nRCPT TO:<x@y.z>", "a@b.c>", "<a@b.c", "a b@c.d", "a@b\n.c", "a@b\0", "nobody", "",
        String(repeating: "a", count: 250) + "@b.cd",
    ])
    func refusesAddressesThatAreMoreThanThat(_ address: String) {
        for (sender, recipient) in [(address, "ada@example.org"), ("ada@example.org", address)] {
            let error = #expect(throws: SMTPError.self) { try Envelope(sender: sender, recipient: recipient) }
            #expect(error?.permanence == .permanent)
        }
    }

    @Test func hasNamedLimits() {
        #expect(SMTPClient.connectLimit == .seconds(5) && SMTPClient.limit == .seconds(30))
        #expect(SMTPClient.maximumConversations == 16)
    }
}
