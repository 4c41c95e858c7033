import MailWorkerContract
import Testing

@testable import MailWorkerService

@Suite struct MailTemplateTests {
    private typealias Reason = MailTemplateError.Reason

    private func template(_ source: String, _ format: MailTemplate.Format = .plain) throws -> MailTemplate {
        try MailTemplate(source, named: "mail.txt", format: format)
    }

    private func render(
        _ source: String,
        _ format: MailTemplate.Format = .plain,
        name: String = "Ada",
        token: String = "t-1"
    ) throws -> String {
        try template(source, format).render { variable in
            switch variable {
            case .name: name
            case .token: token
            case .link: "https://board.example/verify#token=\(token)"
            case .site: "https://board.example"
            }
        }
    }

    // MARK: The specification's cases of interpolation, as far as they are about variables with texts

    @Test func leavesTextWithoutTagsAsItIs() throws {
        #expect(try render("Hello from {Mustache}!\n") == "Hello from {Mustache}!\n")
    }

    @Test func putsAValueIntoItsPlace() throws {
        #expect(try render("Hello, {{name}}!\n", name: "world") == "Hello, world!\n")
    }

    @Test(arguments: [
        (MailTemplate.Format.plain, "& \" < >"), (.html, "&amp; &quot; &lt; &gt;"),
    ])
    func escapesInHTMLOnly(format: MailTemplate.Format, written: String) throws {
        let source = "These characters should be HTML escaped: {{name}}\n"
        let rendered = try render(source, format, name: "& \" < >")
        #expect(rendered == "These characters should be HTML escaped: \(written)\n")
    }

    @Test(arguments: ["| {{name}} |", "  {{name}}\n", "{{name}}", "\n{{name}}\r\n", "{{name}}{{name}} {{name}}"])
    func keepsTheBlanksAroundATag(source: String) throws {
        let pieces = source.split(separator: "{{name}}", omittingEmptySubsequences: false)
        #expect(try render(source, name: "---") == pieces.joined(separator: "---"))
    }

    @Test(arguments: ["{{ name }}", "{{name }}", "{{\tname}}", "{{   name\t }}"])
    func ignoresBlanksInATag(tag: String) throws {
        #expect(try render("|\(tag)|") == "|Ada|")
    }

    @Test(arguments: [MailTemplate.Format.plain, .html])
    func readsNoValueAsATemplate(format: MailTemplate.Format) throws {
        #expect(
            try render("{{name}}: {{token}}", format, name: "{{token}}", token: "{{name}}") == "{{token}}: {{name}}"
        )
    }

    // MARK: Beyond the specification

    @Test func joinsNoTagOfTextAndValue() throws {
        #expect(try render("{ {{name}}token}}", name: "{") == "{ {token}}")
        #expect(try render("{{name}}{{token}}}", name: "{{", token: "name}") == "{{name}}")
    }

    /// A value in single quotes must not end them either.
    @Test func escapesApostrophes() throws {
        #expect(try render("<a title='{{name}}'>", .html, name: "' onclick='x") == "<a title='&#39; onclick=&#39;x'>")
    }

    @Test func escapesWhatIsEscapedAlready() throws {
        #expect(try render("{{name}}", .html, name: "&amp;") == "&amp;amp;")
    }

    /// To Swift, a bracket and the mark above it are one character.
    @Test func escapesUnderMarks() throws {
        #expect(try render("{{name}}", .html, name: "<\u{301}b>\u{FE0F}") == "&lt;\u{301}b&gt;\u{FE0F}")
    }

    @Test(arguments: MailTemplate.Variable.allCases)
    func knowsEachVariableByItsName(variable: MailTemplate.Variable) throws {
        let rendered = try template("{{\(variable.rawValue)}}").render { $0.rawValue.uppercased() }
        #expect(rendered == variable.rawValue.uppercased())
    }

    @Test(arguments: ["", "}}", "{", "{ {name} }", "a}}b", "猫 é {"])
    func takesStrayBracesForText(source: String) throws {
        #expect(try render(source) == source)
    }

    // MARK: What is refused

    @Test(arguments: [
        "{name", "#name", "^name", "/name", ">name", "!name", "=<% %>=", "&name", "% CONTENT_TYPE:HTML", "$name",
        "<name", ".", "name.first", "Name", "nom", "name token", "na\u{0301}me", "name{{token", "", " ", "\t",
    ])
    func refusesWhatIsNoVariable(content: String) {
        #expect(throws: MailTemplateError(template: "mail.txt", line: 1, reason: .notAVariable(content))) {
            try template("Hello {{\(content)}}, {{/name}}")
        }
    }

    @Test(arguments: ["{{", "{{name", "{{name}", "{{name\n}}", "{{\r\nname}}", "{{name} }", "{{na\rme}}"])
    func refusesATagThatIsNotClosedOnItsLine(tag: String) {
        #expect(throws: MailTemplateError(template: "mail.txt", line: 1, reason: .unclosed)) {
            try template("Hello \(tag)")
        }
    }

    @Test(arguments: ["\n", "\r\n"])
    func namesTheLineOfTheTag(newline: String) {
        let lines = ["Hello {{name}},", "", "{{link}} {{site}}", "and {{nothing}}", "{{token}}"]
        #expect(throws: MailTemplateError(template: "mail.txt", line: 4, reason: .notAVariable("nothing"))) {
            try template(lines.joined(separator: newline))
        }
    }

    @Test func saysWhatIsWrongAndWhatIsAllowed() {
        let allowed = "allowed are {{name}}, {{token}}, {{link}}, {{site}}"
        let unknown = MailTemplateError(template: "reset.txt", line: 7, reason: .notAVariable("#name"))
        #expect("\(unknown)" == "the mail template reset.txt, line 7: {{#name}} is no variable of a mail; \(allowed)")
        let unclosed = MailTemplateError(template: "reset.txt", line: 1, reason: .unclosed)
        #expect("\(unclosed)" == "the mail template reset.txt, line 1: a tag is not closed on its line; \(allowed)")
    }

    // MARK: The templates of the executable

    @Test(arguments: MailJob.Template.allCases)
    func readsTheTemplatesOfEveryMail(template: MailJob.Template) throws {
        let pair = try MailTemplates()[template]
        #expect(pair.text.render { _ in "<" }.contains("Hello <,"))
        #expect(pair.html.render { _ in "<" }.contains("<p>Hello &lt;,</p>"))
    }
}
