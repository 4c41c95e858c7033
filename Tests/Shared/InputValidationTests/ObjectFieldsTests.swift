import InputValidation
import Testing

@Suite struct ObjectFieldsTests {
    private func fields(_ text: String) throws -> ObjectFields {
        ObjectFields(try StrictJSON.parse(text.utf8))
    }

    /// The errors as `pointer rule`, in their order.
    private func failures(_ fields: ObjectFields) -> [String] {
        var fields = fields
        do throws(InvalidInput) {
            try fields.finish()
            return []
        } catch {
            return error.errors.map { "\($0.pointer) \($0.rule)" }
        }
    }

    @Test func readsWhatIsThere() throws {
        var fields = try fields(#"{"email":"a@example.org","name":"Ada","tags":["x","y"]}"#)
        #expect(fields.text("email", .emailAddress) == "a@example.org")
        #expect(fields.optionalText("name", .length(1...100)) == "Ada")
        #expect(fields.texts("tags", maximum: 2, .length(1...1)) == ["x", "y"])
        #expect(fields.errors.isEmpty)
        try fields.finish()
    }

    @Test func collectsEveryErrorInTheOrderOfTheChecks() throws {
        var fields = try fields(#"{"name":"","age":7,"tags":["ok","",3],"more":1,"a/b":2}"#)
        #expect(fields.text("email", .emailAddress).isEmpty)
        #expect(fields.text("name", .length(1...10), .notBlank).isEmpty)
        #expect(fields.optionalText("age") == nil)
        _ = fields.texts("tags", maximum: 5, .notBlank)
        fields.reject("name", rule: "taken", message: "is taken")
        #expect(
            failures(fields) == [
                "/email required", "/name length", "/name not-blank", "/age type", "/tags/1 not-blank", "/tags/2 type",
                "/name taken", "/more unknown", "/a~1b unknown",
            ]
        )
    }

    @Test(arguments: ["{}", #"{"name":null}"#])
    func treatsNullAsAbsent(_ text: String) throws {
        var optional = try fields(text)
        #expect(optional.optionalText("name", .notBlank) == nil)
        #expect(failures(optional) == [])

        var required = try fields(text)
        #expect(required.text("name", .notBlank) == "")
        #expect(required.texts("name", maximum: 1).isEmpty)
        #expect(failures(required) == ["/name required", "/name required"])
    }

    @Test(arguments: [
        ("1", "number"), ("1.0", "number"), ("true", "boolean"), ("[]", "array"), ("{}", "object"),
    ])
    func refusesTextsOfAnotherType(_ value: String, kind: String) throws {
        var fields = try fields("{\"name\":\(value)}")
        _ = fields.text("name")
        #expect(
            fields.errors == [FieldError(pointer: "/name", rule: "type", message: "must be a string, not \(kind)")]
        )
    }

    @Test(arguments: ["\"x\"", "{}", "1", "false"])
    func refusesListsOfAnotherType(_ value: String) throws {
        var fields = try fields("{\"tags\":\(value)}")
        #expect(fields.texts("tags", maximum: 3).isEmpty)
        #expect(failures(fields) == ["/tags type"])
    }

    @Test(
        arguments: [([], []), (["a"], []), (["a", "b"], []), (["a", "b", "c"], ["/tags count"])]
            as [([String], [String])]
    )
    func limitsTheLengthOfLists(_ elements: [String], expected: [String]) throws {
        let list = elements.map { "\"\($0)\"" }.joined(separator: ",")
        var fields = try fields("{\"tags\":[\(list)]}")
        #expect(fields.texts("tags", maximum: 2) == (expected.isEmpty ? elements : []))
        #expect(failures(fields) == expected)
    }

    @Test(arguments: [("[]", "array"), ("\"x\"", "string"), ("null", "null"), ("3", "number"), ("true", "boolean")])
    func refusesADocumentThatIsNoObject(_ text: String, kind: String) throws {
        var fields = try fields(text)
        #expect(fields.errors == [FieldError(pointer: "", rule: "type", message: "must be an object, not \(kind)")])
        _ = fields.optionalText("name")
        #expect(failures(fields) == [" type"])
    }

    @Test func pointsFromWhereItsObjectIs() throws {
        var fields = ObjectFields(
            try StrictJSON.parse(#"{"zip":1,"x":2}"#.utf8),
            at: .root.appending("addresses").appending(3)
        )
        _ = fields.text("zip")
        #expect(failures(fields) == ["/addresses/3/zip type", "/addresses/3/x unknown"])
    }

    @Test func namesEveryMemberNobodyAskedFor() throws {
        var fields = try fields(#"{"a":"1","b":null,"c":[]}"#)
        _ = fields.text("a")
        #expect(failures(fields) == ["/b unknown", "/c unknown"])
    }

    /// U+212A KELVIN SIGN equals K for `String`, but it is another JSON name.
    @Test func comparesNamesByteForByte() throws {
        var fields = try fields("{\"to\u{212A}en\":\"smuggled\"}")
        #expect(fields.optionalText("toKen") == nil)
        #expect(failures(fields).count == 1)
    }

    @Test func neverRepeatsTheRejectedValue() throws {
        let rules: [TextRule] = [
            .length(1...2), .bytes(1...2), .noControlCharacters, .identifier, .calendarDate, .emailAddress,
            .oneOf(["a", "b"]), .noControlCharactersButLineBreaks,
        ]
        for rule in rules {
            var fields = try fields(#"{"password":"hunter2 \u0000 hunter2"}"#)
            _ = fields.text("password", rule)
            #expect(fields.errors.count == 1, "\(rule.name) accepted the value")
            #expect(fields.errors.allSatisfy { !$0.message.contains("hunter2") }, "\(rule.name) repeats the value")
        }
    }

    // MARK: Numbers and lists

    @Test(
        arguments: [
            ("7", 7, []), ("0", 0, []), ("10", 10, []), ("null", nil, []), ("11", nil, ["/n range"]),
            ("-1", nil, ["/n range"]), ("1.0", nil, ["/n range"]), ("1e1", nil, ["/n range"]),
            ("99999999999999999999", nil, ["/n range"]), (#""7""#, nil, ["/n type"]), ("[7]", nil, ["/n type"]),
        ] as [(String, Int?, [String])]
    )
    func readsWholeNumbers(_ text: String, _ number: Int?, errors: [String]) throws {
        var fields = try fields("{\"n\":\(text)}")
        #expect(fields.optionalInteger("n", in: 0...10) == number)
        #expect(failures(fields) == errors)
    }

    @Test func readsListsOfAnything() throws {
        var fields = try fields(#"{"list":[1,{"a":2}]}"#)
        let values = fields.values("list")
        #expect(values.map(\.value) == [.number("1"), .object([.init(key: "a", value: .number("2"))])])
        #expect(values.map(\.pointer.description) == ["/list/0", "/list/1"])
        #expect(failures(fields) == [])
    }

    @Test(arguments: [("{}", "/list required"), (#"{"list":{}}"#, "/list type")])
    func refusesWhatIsNoList(_ text: String, error: String) throws {
        var fields = try fields(text)
        #expect(fields.values("list").isEmpty)
        #expect(failures(fields) == [error])
    }
}
