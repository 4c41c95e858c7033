import Testing

@testable import Mail

/// What of a server's words goes into logs and dead letters.
struct DeliveryErrorTests {
    @Test(arguments: [
        ("mail:587: RCPT failed: 550 (550 5.1.1 <ada@example.org>: no such mailbox)", "ada@example.org"),
        ("mail:587: RCPT failed: 550 (550 ADA@example.org unknown; try bob@example.org)", "ADA@example.org"),
        ("no such user: a\"@b", "a\"@b"),
    ])
    func repeatsNoAddress(_ words: String, _ address: String) {
        let text = DeliveryError.maskingAddresses(words)
        #expect(!text.contains(address) && !text.contains("bob@"))
        #expect(text.hasPrefix(words.prefix(12)))
    }

    @Test func keepsWhatHoldsNone() {
        let words = "localhost:587: Weird server reply (554 5.7.1 not that)  "
        #expect(DeliveryError.maskingAddresses(words) == words)
    }
}
