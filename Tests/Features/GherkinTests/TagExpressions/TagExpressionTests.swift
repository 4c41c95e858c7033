import Gherkin
import Testing

@Suite struct TagExpressionTests {
    @Test(arguments: [
        ("@smoke and not @slow", ["@smoke"], true),
        ("@smoke and not @slow", ["@smoke", "@slow"], false),
        ("@smoke and not @slow", [], false),
        ("@smoke or @slow", ["@slow"], true),
        ("@smoke or @slow", ["@other"], false),
        ("@a or @b and @c", ["@a"], true),
        ("(@a or @b) and @c", ["@a"], false),
        ("(@a or @b) and @c", ["@b", "@c"], true),
        ("not (@a or @b)", ["@b"], false),
        ("not not @a", ["@a"], true),
        ("", [], true),
        (#"@x\(1\)"#, ["@x(1)"], true),
        (#"y\\"#, [#"y\"#], true),
    ])
    func selectsByTags(_ expression: String, tags: [String], isSelected: Bool) throws {
        #expect(try TagExpression(parsing: expression).matches(Set(tags)) == isSelected)
    }

    /// The cases are those of the reference implementation.
    @Test(arguments: [
        ("", ""),
        ("a and b and c", "( ( a and b ) and c )"),
        ("not a", "not ( a )"),
        ("( a and b ) or ( c and d )", "( ( a and b ) or ( c and d ) )"),
        (
            "not a or b and not c or not d or e and f",
            "( ( ( not ( a ) or ( b and not ( c ) ) ) or not ( d ) ) or ( e and f ) )"
        ),
        ("not (a and b) and c or not (d or f)", "( ( not ( a and b ) and c ) or not ( d or f ) )"),
        (#"a\\\( and b\\\)"#, #"( a\\\( and b\\\) )"#),
        (#"x\(1\) or(y\(2\))"#, #"( x\(1\) or y\(2\) )"#),
        (#"x\  or y"#, #"( x\  or y )"#),
    ])
    func bindsNotBeforeAndBeforeOr(_ expression: String, formatted: String) throws {
        #expect(try TagExpression(parsing: expression).description == formatted)
    }

    /// The cases and messages are those of the reference implementation.
    @Test(arguments: [
        ("@a @b or", "Expected operator."),
        ("@a and (@b not)", "Expected operator."),
        ("@a and (@b @c) or", "Expected operator."),
        ("@a and or", "Expected operand."),
        ("or or", "Expected operand."),
        ("a b", "Expected operator."),
        ("( a and b ) )", "Unmatched )."),
        ("( ( a and b )", "Unmatched (."),
        (#"x or \y or z"#, #"Illegal escape before "y"."#),
        (#"x\ or y"#, "Expected operator."),
        ("a and", "Expected operand."),
        ("not", "Expected operand."),
        ("()", "Expected operand."),
    ])
    func refusesMalformedExpressions(_ expression: String, reason: String) {
        let error = #expect(throws: TagExpressionError.self) { try TagExpression(parsing: expression) }
        let message = "Tag expression \"\(expression)\" could not be parsed because of syntax error: \(reason)"
        #expect(error?.description == message)
    }

    @Test func seesInheritedTagsOfPickles() throws {
        let source = """
            @smoke
            Feature: Tags
              @slow
              Scenario: slow
                Given a step
              Scenario: fast
                Given a step
            """
        let pickles = PickleCompiler.compile(try GherkinParser.parse(source, uri: "tags.feature"))
        let expression = try TagExpression(parsing: "@smoke and not @slow")
        #expect(pickles.filter(expression.matches).map(\.name) == ["fast"])
    }
}
