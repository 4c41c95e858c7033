import InputValidation
import Testing

@Suite struct StrictJSONTests {
    @Test(arguments: [
        ("null", JSONValue.null),
        ("true", .bool(true)),
        ("false", .bool(false)),
        ("\"\"", .string("")),
        ("[]", .array([])),
        ("{}", .object([])),
        (" \t\r\n[ 1 , [ ] ] \n", .array([.number("1"), .array([])])),
        (
            #"{"b":{"c":null},"a":"x"}"#,
            .object([
                .init(key: "b", value: .object([.init(key: "c", value: .null)])),
                .init(key: "a", value: .string("x")),
            ])
        ),
    ])
    func readsValuesAndKeepsTheOrderOfMembers(_ text: String, expected: JSONValue) throws {
        #expect(try StrictJSON.parse(text.utf8) == expected)
    }

    @Test(arguments: ["1", "1.0", "-0", "0.10", "1e5", "1E+05", "123456789012345678901234567890", "-1.5e-300"])
    func keepsTheSpellingOfNumbers(_ literal: String) throws {
        #expect(try StrictJSON.parse(literal.utf8) == .number(literal))
    }

    @Test func tellsOnePointZeroFromOne() throws {
        #expect(try StrictJSON.parse("1.0".utf8) != StrictJSON.parse("1".utf8))
    }

    @Test(arguments: ["+1", "01", "-", "-01", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity", "1_000", "--1"])
    func refusesWhatIsNoNumber(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(text.utf8) }
    }

    @Test(arguments: [
        (#""\"\\\/""#, "\"\\/"),
        (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""a\u0000b""#, "a\u{0}b"),
        (#""\u00e9\u00E9""#, "éé"),
        (#""x\uD83D\uDE00y""#, "x😀y"),
        (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
        (#""\uFFFF\uE000""#, "\u{FFFF}\u{E000}"),
        ("\"\u{7F}\u{2028}😀\"", "\u{7F}\u{2028}😀"),
    ])
    func decodesEscapes(_ text: String, expected: String) throws {
        let value = try StrictJSON.parse(text.utf8)
        guard case .string(let string) = value else {
            Issue.record("\(value) is no string")
            return
        }
        #expect(Array(string.utf8) == Array(expected.utf8))
    }

    @Test(arguments: [
        (#""\uD83D""#, 1),
        (#""ab\uDE00""#, 3),
        (#""\uD83D\u0041""#, 1),
        (#""\uD83Dx""#, 1),
        (#""\uD83D\n""#, 1),
        (#""\u12G4""#, 5),
        (#""\u12"#, 5),
        (#""\x""#, 2),
        (#""\"#, 2),
        ("\"a\nb\"", 2),
        ("\"a\u{0}b\"", 2),
        ("\"a\u{1F}b\"", 2),
        ("\"abc", 4),
    ])
    func refusesBrokenStringsAtTheirPlace(_ text: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(text.utf8) }
        #expect(error?.offset == offset)
    }

    @Test(arguments: [
        ("", 0),
        ("  ", 2),
        ("[1,]", 3),
        ("[,1]", 1),
        ("[1 2]", 3),
        ("[1", 2),
        (#"{"a":1,}"#, 7),
        (#"{"a" 1}"#, 5),
        (#"{a:1}"#, 1),
        (#"{'a':1}"#, 1),
        (#"{"a":}"#, 5),
        (#"{"a":1"#, 6),
        ("1 2", 2),
        ("[]]", 2),
        ("tru", 0),
        ("True", 0),
        ("nulll", 4),
        ("[1]//x", 3),
        ("\u{A0}1", 0),
        ("1\u{C}", 1),
    ])
    func refusesOtherTextsAtTheFirstOffendingByte(_ text: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(text.utf8) }
        #expect(error?.offset == offset)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 7),
        (#"{"a":1,"b":2,"a":1}"#, 13),
        (#"{"a":1,"\u0061":2}"#, 7),
        (#"{"":1, "":2}"#, 7),
        (#"{"x":{"k":[],"k":[]}}"#, 13),
    ])
    func refusesDuplicateMemberNamesAtTheSecond(_ text: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(text.utf8) }
        #expect(error == JSONSyntaxError(offset: offset, message: "duplicate member name"))
    }

    @Test(arguments: [
        #"[{"a":1},{"a":2}]"#, #"{"a":{"a":1}}"#, #"{"a":1,"A":2}"#, "{\"\u{E9}\":1,\"e\u{301}\":2}",
    ])
    func acceptsEqualNamesInDifferentObjectsAndNamesOfOtherBytes(_ text: String) throws {
        _ = try StrictJSON.parse(text.utf8)
    }

    @Test func refusesAByteOrderMark() {
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse([0xEF, 0xBB, 0xBF] + "{}".utf8) }
        #expect(error?.offset == 0)
    }

    @Test(arguments: ["a\"\u{FEFF}\"", "\u{FEFF}"])
    func refusesAByteOrderMarkOutsideStringsAnywhere(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(text.utf8) }
    }
}

// MARK: Depth, bytes and storage

extension StrictJSONTests {
    /// The limit is part of the public API's contract.
    @Test func allowsADepthOfThirtyTwo() {
        #expect(StrictJSON.maximumDepth == 32)
    }

    @Test(arguments: [("[", "]"), (#"{"a":["#, "]}")])
    func acceptsNestingUpToTheLimit(_ opening: String, closing: String) throws {
        let count = 32 / opening.filter { $0 == "[" || $0 == "{" }.count
        let text = String(repeating: opening, count: count) + String(repeating: closing, count: count)
        _ = try StrictJSON.parse(text.utf8)
    }

    @Test func refusesNestingBeyondTheLimitWhereItBegins() {
        let text = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(text.utf8) }
        #expect(error == JSONSyntaxError(offset: 32, message: "nesting deeper than 32"))
    }

    @Test func countsDepthNotTheNumberOfContainers() throws {
        let text = "[" + repeatElement("[{}]", count: 1000).joined(separator: ",") + "]"
        guard case .array(let elements) = try StrictJSON.parse(text.utf8) else {
            Issue.record("no array")
            return
        }
        #expect(elements.count == 1000)
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
            [0xF5, 0x80, 0x80, 0x80],
        ] as [[UInt8]]
    )
    func refusesIllFormedUTF8InStringsAndNames(_ bytes: [UInt8]) {
        let quoted = Array("\"ok".utf8) + bytes + Array("\"".utf8)
        #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(quoted) }
        #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(Array("{".utf8) + quoted + Array(":1}".utf8)) }
    }

    /// ``JSONSyntaxError/offset`` promises the first offending byte.
    @Test func namesThePlaceOfIllFormedUTF8() {
        let error = #expect(throws: JSONSyntaxError.self) {
            try StrictJSON.parse(Array("\"ok".utf8) + [0xFF] + Array("\"".utf8))
        }
        #expect(error?.offset == 3)
    }

    @Test func readsBytesThatAreNotContiguous() throws {
        let bytes = Array(#"{"a":[1,2]}"#.utf8)
        let expected = try StrictJSON.parse(bytes)
        #expect(try StrictJSON.parse(AnyCollection(bytes.lazy.map { $0 })) == expected)
        #expect(try StrictJSON.parse((Array("xx".utf8) + bytes)[2...]) == expected)
    }

    @Test func describesErrorsWithTheirPlace() {
        #expect(
            JSONSyntaxError(offset: 7, message: "a colon was expected").description == "a colon was expected at byte 7"
        )
    }
}
