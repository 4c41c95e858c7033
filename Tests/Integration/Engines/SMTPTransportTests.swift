import Conformance
import Mail
import SMTP
import TestSupport
import Testing

/// The transport that hands mails to a real server.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: SMTPServerProcess.isRequired, "the server is not installed: apt-get install python3-aiosmtpd")
)
struct SMTPTransportTests {
    /// What comes before the first mail, and whether anybody could read it.
    enum Encryption: String, CaseIterable, Sendable {
        case starttls, implicit, none

        fileprivate var scheme: String {
            switch self {
            case .starttls: "smtp"
            case .implicit: "smtps"
            case .none: "smtp-plaintext"
            }
        }
    }

    private struct Place: MailPlace {
        let server: SMTPServerProcess
        let scheme: String

        func transport() throws -> any MailTransport {
            SMTPTransport(client: try server.client(scheme: scheme), sender: "board@clowder.example")
        }

        func mails() -> [String] { server.mails.map(\.message) }

        func waiting() -> Int { server.silentConversations }

        func goAway() async throws { try await server.kill() }

        func comeBack() async throws { try await server.start() }
    }

    private func engine(_ encryption: Encryption) -> MailEngine {
        MailEngine(.repeats) { body in
            try await SMTPServerProcess.with(["--encryption", encryption.rawValue]) { server in
                try await body(Place(server: server, scheme: encryption.scheme))
            }
        }
    }

    /// One after the other: each has a server of its own.
    @Test(.serialized, arguments: MailPromise.all, Encryption.allCases)
    func keepsThePromiseOfATransport(_ promise: MailPromise, _ encryption: Encryption) async throws {
        try await promise.check(engine(encryption))
    }

    /// A server that hangs takes connections and says nothing.
    @Test func asksToTryAgainWhenTheServerSaysNothing() async throws {
        try await SMTPServerProcess.with { server in
            let transport = try Place(server: server, scheme: "smtp").transport()
            try await server.process.pause()
            let begin = ContinuousClock.now
            let mail = try ComposedMail.sample("mail")
            let error = await #expect(throws: DeliveryError.self) { try await transport.deliver(mail) }
            #expect(error?.permanence == .transient)
            #expect(ContinuousClock.now - begin < SMTPClient.limit)
            try await server.process.resume()
            try await transport.deliver(mail)
            #expect(server.mails.map(\.message) == [mail.text])
        }
    }
}
