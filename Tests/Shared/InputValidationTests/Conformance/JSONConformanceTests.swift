import FoundationEssentials
import InputValidation
import TestSupport
import Testing

/// Holds ``StrictJSON`` against JSONTestSuite and the list of naughty strings.
@Suite(.enabled(if: ProjectFiles.runsConformance, "the conformance folder is not beside the checkout"))
struct JSONConformanceTests {
    /// Valid by the grammar, refused by design: RFC 8259 leaves the meaning of duplicate names open.
    private static let refusedByDesign = [
        "y_object_duplicated_key.json": "duplicate member name",
        "y_object_duplicated_key_and_value.json": "duplicate member name",
    ]

    private static func files(_ verdict: String) throws -> [String] {
        try ProjectFiles.conformanceFiles(in: "json/test_parsing", ending: ".json")
            .map { String($0[$0.index(after: $0.lastIndex(of: "/") ?? $0.startIndex)...]) }
            .filter { $0.hasPrefix(verdict) }
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        let files = try ProjectFiles.conformanceFiles(in: "json/test_parsing", ending: name)
        return try ProjectFiles.read(#require(files.first { $0.hasSuffix("/" + name) }))
    }

    /// Keeps the other tests from passing because there is nothing to test.
    @Test func findsTheWholeSuite() throws {
        #expect(try Self.files("y_").count == 95)
        #expect(try Self.files("n_").count == 188)
        #expect(try Self.files("i_").count == 35)
    }

    @Test(arguments: try files("y_"))
    func acceptsValidTexts(_ name: String) throws {
        let bytes = try Self.bytes(name)
        guard let message = Self.refusedByDesign[name] else {
            _ = try StrictJSON.parse(bytes)
            return
        }
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(bytes) }
        #expect(error?.message == message)
    }

    @Test(arguments: try files("n_"))
    func refusesInvalidTextsAtAPlaceInThem(_ name: String) throws {
        let bytes = try Self.bytes(name)
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(bytes) }
        #expect((0...bytes.count).contains(error?.offset ?? -1))
    }

    /// Either verdict is right, as long as a refusal has its place and the same bytes give the same verdict.
    @Test(arguments: try files("i_"))
    func decidesWhatTheGrammarLeavesOpen(_ name: String) throws {
        let bytes = try Self.bytes(name)
        func verdict() -> Result<JSONValue, JSONSyntaxError> {
            Result { () throws(JSONSyntaxError) in try StrictJSON.parse(bytes) }
        }
        let first = verdict()
        #expect(first == verdict())
        if case .failure(let error) = first { #expect((0...bytes.count).contains(error.offset)) }
    }

    @Test(arguments: [
        "i_number_huge_exp.json": true,
        "i_number_too_big_pos_int.json": true,
        "i_object_key_lone_2nd_surrogate.json": false,
        "i_string_1st_surrogate_but_2nd_missing.json": false,
        "i_string_UTF-16LE_with_BOM.json": false,
        "i_string_overlong_sequence_2_bytes.json": false,
        "i_structure_500_nested_arrays.json": false,
        "i_structure_UTF-8_BOM_empty_object.json": false,
    ])
    func keepsNumbersOfAnySizeButNoBrokenText(_ name: String, isAccepted: Bool) throws {
        let bytes = try Self.bytes(name)
        // Any error is a refusal; which one is for other tests to tell.
        #expect(((try? StrictJSON.parse(bytes)) != nil) == isAccepted)
    }
}

// MARK: Naughty strings

extension JSONConformanceTests {
    private static func naughtyStrings() throws -> [String] {
        let files = try ProjectFiles.conformanceFiles(in: "strings", ending: "blns.json")
        return try JSONDecoder().decode([String].self, from: Data(ProjectFiles.read(#require(files.first))))
    }

    private func bytes(_ value: JSONValue?) -> [UInt8]? {
        guard case .string(let string)? = value else { return nil }
        return Array(string.utf8)
    }

    @Test func readsNaughtyStringsAsFoundationDoes() throws {
        let files = try ProjectFiles.conformanceFiles(in: "strings", ending: "blns.json")
        let value = try StrictJSON.parse(ProjectFiles.read(#require(files.first)))
        guard case .array(let elements) = value else {
            Issue.record("the list is no array")
            return
        }
        let expected = try Self.naughtyStrings()
        #expect(expected.count == 515)
        #expect(elements.map(bytes) == expected.map { Array($0.utf8) })
    }

    @Test func returnsNaughtyStringsByteForByteAsValuesAndNames() throws {
        for string in try Self.naughtyStrings() {
            let value = try StrictJSON.parse(JSONEncoder().encode([[string: string]]))
            guard case .array(let elements) = value, case .object(let members)? = elements.first else {
                Issue.record("no object for \(string.debugDescription)")
                continue
            }
            #expect(members.map { Array($0.key.utf8) } == [Array(string.utf8)])
            #expect(bytes(members.first?.value) == Array(string.utf8))
        }
    }

    @Test func returnsNaughtyStringsWrittenInEscapesOnly() throws {
        for string in try Self.naughtyStrings() {
            let escapes = string.utf16.map { "\\u" + String(0x10000 + UInt32($0), radix: 16).dropFirst() }
            #expect(try bytes(StrictJSON.parse("\"\(escapes.joined())\"".utf8)) == Array(string.utf8))
        }
    }

    @Test func pointsAtNaughtyNamesReversibly() throws {
        for string in try Self.naughtyStrings() {
            let escaped = JSONPointer.root.appending(string).description.unicodeScalars.dropFirst()
            #expect(!escaped.contains("/"))
            let key = String(String.UnicodeScalarView(escaped))
                .replacing("~1", with: "/")
                .replacing("~0", with: "~")
            #expect(Array(key.utf8) == Array(string.utf8))
        }
    }

    @Test func findsNoAddressAndNoDateAmongNaughtyStrings() throws {
        for string in try Self.naughtyStrings() {
            #expect(EmailAddress(string) == nil)
            #expect(CalendarDate(string) == nil)
        }
    }
}
