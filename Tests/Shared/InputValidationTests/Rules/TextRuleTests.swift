import InputValidation
import Testing

@Suite struct TextRuleTests {
    @Test(arguments: [
        ("", false), ("a", false), ("ab", true), ("abc", true), ("abcd", false), ("éé", true),
        ("e\u{301}e\u{301}", false),
        ("👍🏽", true),
    ])
    func countsLengthInScalars(_ text: String, isRight: Bool) {
        #expect(TextRule.length(2...3).isSatisfied(by: text) == isRight)
    }

    @Test(arguments: [("", false), ("a", false), ("ab", true), ("é", true), ("éé", false), ("👍", false), ("abc", true)])
    func countsBytesInUTF8(_ text: String, isRight: Bool) {
        #expect(TextRule.bytes(2...3).isSatisfied(by: text) == isRight)
    }

    @Test(arguments: [UInt32](0...0x21) + [0x7E, 0x7F, 0x80, 0xA0, 0xE9, 0x2028])
    func findsControlCharacters(_ value: UInt32) throws {
        let text = "a" + String(Character(try #require(Unicode.Scalar(value)))) + "b"
        let isControl = value < 0x20 || value == 0x7F
        #expect(TextRule.noControlCharacters.isSatisfied(by: text) == !isControl)
        let isRefusedInLines = isControl && ![0x09, 0x0A, 0x0D].contains(value)
        #expect(TextRule.noControlCharactersButLineBreaks.isSatisfied(by: text) == !isRefusedInLines)
    }

    /// Swift joins CR and LF to one character; the rule must still see both.
    @Test func seesBothHalvesOfALineBreak() {
        #expect(!TextRule.noControlCharacters.isSatisfied(by: "a\r\nBcc: b"))
    }

    @Test(arguments: [
        ("", false), (" ", false), ("\t\n\u{A0}\u{2003}\u{3000}", false), ("x", true), (" x ", true),
        (" \u{301}", true),
    ])
    func wantsACharacterThatIsNoWhiteSpace(_ text: String, isRight: Bool) {
        #expect(TextRule.notBlank.isSatisfied(by: text) == isRight)
    }

    @Test(arguments: [
        ("a", true), ("A-z_0.9", true), (String(repeating: "x", count: 64), true), ("", false), ("a b", false),
        (String(repeating: "x", count: 65), false), ("a/b", false), ("é", false), ("a\n", false), ("a\u{0}", false),
        ("@", false), ("[", false), ("`", false), ("{", false), (":", false), ("../x", false),
    ])
    func wantsIdentifiersOfSafeCharacters(_ text: String, isRight: Bool) {
        #expect(TextRule.identifier.isSatisfied(by: text) == isRight)
    }

    @Test func acceptsTheDatesOfCalendarDate() {
        #expect(TextRule.calendarDate.isSatisfied(by: "2024-02-29"))
        #expect(!TextRule.calendarDate.isSatisfied(by: "2023-02-29"))
    }

    @Test func acceptsTheAddressesOfEmailAddress() {
        #expect(TextRule.emailAddress.isSatisfied(by: "a@example.org"))
        #expect(!TextRule.emailAddress.isSatisfied(by: "a@example"))
    }

    @Test(arguments: [("open", true), ("closed", true), ("OPEN", false), ("", false), ("open ", false), ("o", false)])
    func acceptsOneOfTheWords(_ text: String, isRight: Bool) {
        #expect(TextRule.oneOf(["open", "closed"]).isSatisfied(by: text) == isRight)
    }

    /// U+212A KELVIN SIGN equals K for `String`, but it is no K to whoever reads the word later.
    @Test func comparesWordsByteForByte() {
        #expect(!TextRule.oneOf(["OK"]).isSatisfied(by: "O\u{212A}"))
    }

    @Test(arguments: [
        (TextRule.length(1...2), "length"), (.bytes(1...2), "bytes"), (.noControlCharacters, "control-characters"),
        (.noControlCharactersButLineBreaks, "control-characters"), (.notBlank, "not-blank"),
        (.identifier, "identifier"),
        (.calendarDate, "date"), (.emailAddress, "email"), (.oneOf(["a"]), "one-of"),
    ])
    func hasTheStableNameThatClientsBranchOn(_ rule: TextRule, name: String) {
        #expect(rule.name == name)
    }

    @Test func tellsPeopleTheBoundsAndTheWords() {
        #expect(TextRule.length(3...7).message == "must have 3 to 7 characters")
        #expect(TextRule.bytes(8...1024).message == "must have 8 to 1024 bytes of UTF-8")
        #expect(TextRule.oneOf(["a", "b"]).message == "must be one of: a, b")
    }

    @Test func carriesRulesOfTheCallersOwn() {
        let rule = TextRule("even", message: "must be even") { $0.utf8.count.isMultiple(of: 2) }
        #expect(rule.isSatisfied(by: "ab"))
        #expect(!rule.isSatisfied(by: "abc"))
        #expect(rule.message == "must be even")
    }
}
