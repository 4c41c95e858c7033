import InputValidation
import Testing

@Suite struct JSONValueTests {
    @Test(arguments: [
        ("{}", "object"), ("[]", "array"), ("\"x\"", "string"), ("1", "number"), ("true", "boolean"), ("null", "null"),
    ])
    func namesItsKindInTheWordsOfTheGrammar(_ text: String, kind: String) throws {
        #expect(try StrictJSON.parse(text.utf8).kind == kind)
    }

    @Test func findsMembersByName() throws {
        let value = try StrictJSON.parse(#"{"a":{"b":1},"n":null}"#.utf8)
        #expect(value["a"]?["b"] == .number("1"))
        #expect(value["n"] == .null)
        #expect(value["b"] == nil)
    }

    @Test(arguments: ["[]", "\"a\"", "1", "null"])
    func hasNoMembersUnlessItIsAnObject(_ text: String) throws {
        #expect(try StrictJSON.parse(text.utf8)["a"] == nil)
    }

    /// U+212A KELVIN SIGN equals K for `String`, but it is another JSON name.
    @Test func comparesNamesByteForByte() throws {
        let value = try StrictJSON.parse("{\"to\u{212A}en\":1}".utf8)
        #expect(value["toKen"] == nil)
    }
}
