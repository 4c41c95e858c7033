import Mail
import Testing

/// How mails arrive.
extension MailPromise {
    static let arrival = [
        MailPromise("deliversWhatAComposerWrites", deliversWhatAComposerWrites),
        MailPromise("keepsDotsAtTheBeginningsOfLines", keepsDotsAtTheBeginningsOfLines),
        MailPromise("takesNoTextForACommand", takesNoTextForACommand),
        MailPromise("keepsBlanksControlsAndLongLines", keepsBlanksControlsAndLongLines),
        MailPromise("deliversALargeMail", deliversALargeMail),
        MailPromise("deliversOneMailAfterAnother", deliversOneMailAfterAnother),
        MailPromise("deliversTheSameMailAgainAsDocumented", deliversTheSameMailAgainAsDocumented),
        MailPromise("asksWithoutDelivering", asksWithoutDelivering),
    ]

    private static func deliver(_ bodies: [String], by engine: MailEngine) async throws {
        let mails = try bodies.enumerated().map { try ComposedMail.sample("mail-\($0)", body: $1) }
        try await engine.withPlace { place, transport in
            for mail in mails { try await transport.deliver(mail) }
            try place.expect(mails)
        }
    }

    private static func deliversWhatAComposerWrites(_ engine: MailEngine) async throws {
        let body = """
            --=_1\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: quoted-printable\r
            \r
            Hello =D0=97=D0=BE=D1=8F =E7=8C=AB =F0=9F=91=A9=E2=80=8D=F0=9F=91=A7,=20\r
            a soft=\r
             break and =3D\r
            --=_1--\r\n
            """
        try await deliver([body], by: engine)
    }

    /// A line that is only a dot would end the mail; one that begins with a dot would lose it.
    private static func keepsDotsAtTheBeginningsOfLines(_ engine: MailEngine) async throws {
        let lines = [".", "..", ".hidden", "...\r\n.", "a\r\n.\r\nb", "\r\n.\r\n.\r\n", ". .", ".\r\n\r\n.", "a."]
        try await deliver(lines.map { $0 + "\r\n" }, by: engine)
    }

    private static func takesNoTextForACommand(_ engine: MailEngine) async throws {
        let lines = [
            "QUIT", "RSET\r\nMAIL FROM:<a@b.cd>\r\nRCPT TO:<bob@example.org>\r\nDATA", "From ada@example.org",
            ">From ada",
            "\r\n.\r\nMAIL FROM:<a@b.cd>", "Subject: another\r\n\r\n", "--=_1--", "250 taken",
        ]
        try await deliver(lines.map { $0 + "\r\n" }, by: engine)
    }

    private static func keepsBlanksControlsAndLongLines(_ engine: MailEngine) async throws {
        let lines = [
            "trailing blanks  \t", " leading", "\t", "", "\r\n\r\n", "\u{1}\u{8}\u{B}\u{C}\u{1B}[31m\u{7F}",
            String(repeating: "x", count: 998), String(repeating: ".", count: 998),
        ]
        try await deliver(lines.map { $0 + "\r\n" }, by: engine)
    }

    /// Larger than any buffer on the way, with a dot at every place where one of them may end.
    private static func deliversALargeMail(_ engine: MailEngine) async throws {
        try await deliver([String(repeating: ".\r\n..\r\n", count: 200_000)], by: engine)
    }

    private static func deliversOneMailAfterAnother(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            var sent: [ComposedMail] = []
            for number in 1...10 {
                sent.append(try .sample("mail-\(number)"))
                try await transport.deliver(sent[number - 1])
                try place.expect(sent)
            }
        }
    }

    private static func deliversTheSameMailAgainAsDocumented(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            let (mail, other) = (try ComposedMail.sample("again"), try ComposedMail.sample("other"))
            for _ in 0..<2 { try await transport.deliver(mail) }
            try await transport.deliver(other)
            try await place.transport().deliver(mail)
            switch engine.repetition {
            case .replaces: try place.expect([mail, other])
            case .repeats: try place.expect([mail, mail, mail, other])
            }
        }
    }

    private static func asksWithoutDelivering(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            try await transport.check()
            try place.expect([])
        }
    }
}
