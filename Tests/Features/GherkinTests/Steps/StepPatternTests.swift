import Gherkin
import Testing

@Suite struct StepPatternTests {
    @Test(arguments: [
        ("I have {int} mail(s)", "I have 1 mail", true),
        ("I have {int} mail(s)", "I have 12 mails", true),
        ("I have {int} mail(s)", "I have -3 mails", true),
        ("I have {int} mail(s)", "I have some mails", false),
        ("I have {int} mail(s)", "I have 1 mails today", false),
        ("there is/are {int} user(s)/account(s)", "there are 2 accounts", true),
        ("there is/are {int} user(s)/account(s)", "there is 1 user", true),
        ("there is/are {int} user(s)/account(s)", "there was 1 user", false),
        ("{word} waits", "Ann waits", true),
        ("{word} waits", "Ann Lee waits", false),
        ("the path is <{word}>", "the path is </a>b>", true),
        ("I say {string}", #"I say "a \"b\" 'c'""#, true),
        ("I say {string}", "I say 'a'", true),
        ("I say {string}", #"I say "a"#, false),
        ("I say {string}", #"I say "a" "b""#, false),
        (#"GET \/users \(all\) \{\} \\"#, #"GET /users (all) {} \"#, true),
        ("a", "A", false),
        ("{int}", "99999999999999999999", false),
    ])
    func fitsWholeStepsOnly(_ pattern: String, text: String, fits: Bool) async throws {
        var steps = StepRegistry<Void>()
        steps.define(pattern) { _, _ in }
        let result = await ScenarioRunner(steps: steps).failure(of: text, in: ())
        #expect((result == nil) == fits)
    }

    @Test(arguments: [
        ("{float}", StepPatternError.Problem.unknownParameter("float")),
        ("{int", .unclosed("{")),
        ("a(b", .unclosed("(")),
        ("a)", .unopened(")")),
        ("a}", .unopened("}")),
        ("a()", .emptyOptional),
        ("a/ b", .emptyAlternative),
        (#"\a"#, .illegalEscape),
        (#"a\"#, .illegalEscape),
    ])
    func refusesMalformedPatterns(_ pattern: String, problem: StepPatternError.Problem) {
        #expect(throws: StepPatternError(pattern: pattern, problem: problem)) { try StepPattern(parsing: pattern) }
    }
}
