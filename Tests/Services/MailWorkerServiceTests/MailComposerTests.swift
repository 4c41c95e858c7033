import Correlation
import FoundationEssentials
import Mail
import MailWorkerContract
import Testing

@testable import MailWorkerService

@Suite struct MailComposerTests {
    private static let date = Date(timeIntervalSince1970: 1_700_000_000)

    private func compose(
        _ job: MailJob,
        id: String = "message-1",
        correlationID: String? = nil
    ) throws -> ComposedMail {
        try MailComposer(publicURL: "https://board.example", sender: "board@clowder.example").compose(
            job,
            id: id,
            correlationID: correlationID.flatMap(CorrelationID.init),
            date: Self.date
        )
    }

    private func parsed(_ job: MailJob) throws -> ParsedMail {
        try #require(ParsedMail(try compose(job).text))
    }

    @Test(arguments: [
        (MailJob.Template.verification, "Confirm your address", "confirm your address"),
        (.addressKnown, "You already have an account", "has an account already"),
        (.passwordReset, "Choose a new password", "asked for a new password"),
        (.passwordChanged, "Your password was changed", "was changed"),
    ])
    func writesEachTemplateAsTextAndHTML(template: MailJob.Template, subject: String, words: String) throws {
        let mail = try parsed(.sample(template))
        #expect(mail.fields["Subject"] == subject)
        #expect(mail.fields["MIME-Version"] == "1.0")
        #expect(mail.fields["Content-Type"]?.hasPrefix("multipart/alternative; ") == true)
        #expect(
            mail.parts.map { $0.fields["Content-Type"] } == ["text/plain; charset=utf-8", "text/html; charset=utf-8"]
        )
        for part in mail.parts {
            #expect(part.fields["Content-Transfer-Encoding"] == "quoted-printable")
            #expect(part.text.contains("Hello Ada,"))
            #expect(part.text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words))
            #expect(part.text.contains("https://board.example"))
            #expect(!part.text.contains("{{"))
        }
        #expect(mail.text("text/html")?.hasPrefix("<!DOCTYPE html>") == true)
    }

    @Test func hasASampleOfEveryTemplate() {
        #expect(MailJob.Template.allCases.count == 4)
    }

    /// Browsers keep what stands behind the `#` to themselves.
    @Test(arguments: [(MailJob.Template.verification, "verify"), (.passwordReset, "reset-password")])
    func linksToThePageWithTheTokenBehindTheHash(template: MailJob.Template, page: String) throws {
        let mail = try parsed(.sample(template))
        let link = "https://board.example/\(page)#token=\(MailJob.token)"
        #expect(mail.text("text/plain")?.contains("\r\n\(link)\r\n") == true)
        #expect(mail.text("text/html")?.contains("href=\"\(link)\"") == true)
    }

    @Test(arguments: [MailJob.Template.addressKnown, .passwordChanged])
    func sendsNoTokenWhereThereIsNone(template: MailJob.Template) throws {
        #expect(!(try compose(.sample(template)).text.contains("token=")))
    }

    @Test(arguments: MailJob.Template.allCases)
    func escapesNamesInHTMLOnly(template: MailJob.Template) throws {
        let name = #"<img src=x onerror="alert(1)"> & 'Ada' {{token}}"#
        let mail = try parsed(.sample(template, name: name))
        let html = try #require(mail.text("text/html"))
        #expect(!html.contains("<img"))
        #expect(html.contains("&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; "))
        #expect(mail.text("text/plain")?.contains("Hello \(name),") == true)
    }

    @Test func keepsEveryScriptReadable() throws {
        let mail = try parsed(.sample(name: "Зоя 猫 👩‍👩‍👧 =20 é"))
        #expect(mail.parts.count == 2)
        #expect(mail.parts.allSatisfy { $0.text.contains("Hello Зоя 猫 👩‍👩‍👧 =20 é,") })
    }

    @Test func namesSenderRecipientAndDate() throws {
        let mail = try parsed(.sample())
        #expect(mail.fields["From"] == "Clowder <board@clowder.example>")
        #expect(mail.fields["To"] == "<ada@example.org>")
        #expect(mail.fields["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000")
        #expect(mail.fields["Auto-Submitted"] == "auto-generated")
    }

    @Test func carriesTheCorrelationID() throws {
        let mail = try #require(ParsedMail(try compose(.sample(), correlationID: "sign-up-7").text))
        #expect(mail.fields["X-Correlation-ID"] == "sign-up-7")
        #expect(try parsed(.sample()).fields["X-Correlation-ID"] == nil)
    }

    @Test func makesTheSameMailOfTheSameJob() throws {
        let first = try compose(.sample())
        let second = try compose(.sample())
        #expect(first.text == second.text)
        #expect(first.messageID == "message-1@clowder.example")
        #expect(ParsedMail(first.text)?.fields["Message-ID"] == "<message-1@clowder.example>")
        #expect(try compose(.sample(), id: "message-2").messageID == "message-2@clowder.example")
    }

    @Test(arguments: [
        "ada@example.org\r\nBcc: everybody@example.org", "ada@example.org\nBcc: x", "ada@example.org\rX",
        "ada\0@example.org", "adä@example.org",
    ])
    func refusesRecipientsThatWouldBreakTheHeader(recipient: String) {
        #expect {
            try compose(.sample(recipient: recipient))
        } throws: { error in
            (error as? DeliveryError)?.permanence == .permanent
        }
    }

    @Test(arguments: ["id\r\nBcc: x", "id\n", "id\0"])
    func refusesMessageIDsThatWouldBreakTheHeader(id: String) {
        #expect(throws: DeliveryError.self) { try compose(.sample(), id: id) }
    }

    /// A name stands in the body alone, and nothing in it is taken for a header or a boundary.
    @Test(arguments: ["Ada\r\nBcc: x@example.org", "Ada\r\n\r\n--=_clowder_message1--", "Ada\r\n.\r\n"])
    func keepsNamesOutOfTheHeader(name: String) throws {
        let mail = try parsed(.sample(name: name))
        #expect(Set(mail.fields.keys) == Set(try parsed(.sample()).fields.keys))
        #expect(mail.parts.count == 2)
    }

    @Test(arguments: MailJob.Template.allCases)
    func writesShortLinesOfASCII(template: MailJob.Template) throws {
        let text = try compose(.sample(template, name: String(repeating: "é", count: 100))).text
        #expect(text.utf8.allSatisfy { $0 == 0x0A || $0 == 0x0D || (0x20...0x7E).contains($0) })
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.utf8.contains(0x0D) && !$0.utf8.contains(0x0A) })
        #expect(text.hasSuffix("\r\n"))
    }
}
