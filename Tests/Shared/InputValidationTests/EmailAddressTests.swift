import InputValidation
import Testing

@Suite struct EmailAddressTests {
    @Test(arguments: [
        "a@example.org", "first.last@example.org", "first+tag@mail.example.co.uk", "x_y-z@a.io", "1@2.com",
        "!#$%&'*+-/=?^_`{|}~@example.org", "UPPER@EXAMPLE.ORG", "a@xn--bcher-kva.example", "a@b-c.example", "a@1a.b2",
    ])
    func acceptsOrdinaryAddresses(_ text: String) throws {
        let address = try #require(EmailAddress(text))
        #expect(address.rawValue == text)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "@", "a", "a@", "@example.org", "a@b@example.org", "a b@example.org", ".a@example.org", "a.@example.org",
        "a..b@example.org", "a@example", "a@example.", "a@.example.org", "a@exa mple.org", "a@-example.org",
        "a@example-.org", "a@exa_mple.org", "a@example..org", "a@127.0.0.1", "a@[127.0.0.1]", "\"a b\"@example.org",
        "a(comment)@example.org", "<a@example.org>", "Ann <a@example.org>", "a@example.org\n",
        "a@example.org\r\nBcc: b@c.d",
        "a\u{0}@example.org", "é@example.org", "a@exämple.org", "a@example.org,b@example.org", " a@example.org",
        "a@example.1",
        "a\\@example.org", "a:b@example.org", "a;b@example.org", "a@example.o\u{212A}",
    ])
    func refusesEverythingElse(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test(arguments: [(64, true), (65, false)])
    func limitsTheLocalPart(_ count: Int, isRight: Bool) {
        #expect((EmailAddress(String(repeating: "x", count: count) + "@example.org") != nil) == isRight)
    }

    @Test(arguments: [(63, true), (64, false)])
    func limitsLabels(_ count: Int, isRight: Bool) {
        let label = String(repeating: "x", count: count)
        #expect((EmailAddress("a@\(label).org") != nil) == isRight)
        #expect((EmailAddress("a@example.\(label)") != nil) == isRight)
    }

    @Test(arguments: [(254, true), (255, false)])
    func limitsTheWhole(_ count: Int, isRight: Bool) {
        let start = "a@" + String(repeating: "x.", count: 120)
        let text = start + String(repeating: "y", count: count - start.utf8.count)
        #expect(text.utf8.count == count)
        #expect((EmailAddress(text) != nil) == isRight)
    }

    /// The limits are those of RFC 5321 4.5.3.1.
    @Test func namesItsLimits() {
        #expect(EmailAddress.maximumBytes == 254)
        #expect(EmailAddress.maximumLocalPartBytes == 64)
    }

    @Test func hasOneCanonicalFormForAllSpellings() throws {
        let upper = try #require(EmailAddress("Ada.L@Example.ORG"))
        let lower = try #require(EmailAddress("ada.l@example.org"))
        #expect(upper != lower)
        #expect(upper.canonical == lower.canonical)
        #expect(upper.canonical == "ada.l@example.org")
    }

    @Test(arguments: [
        ("ada@example.org", "a***@example.org"), ("a@example.org", "a***@example.org"),
        ("Zoe.X@mail.example.org", "Z***@mail.example.org"),
    ])
    func masksTheLocalPart(_ text: String, masked: String) throws {
        #expect(try #require(EmailAddress(text)).masked == masked)
    }
}
