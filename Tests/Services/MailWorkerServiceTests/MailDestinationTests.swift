import FoundationEssentials
import SMTP
import ServiceRuntime
import TestSupport
import Testing

@testable import MailWorkerService

/// Where mails go, as the settings say it.
struct MailDestinationTests {
    @Test func isAFolder() async throws {
        guard case .folder("/var/mail") = try await configuration("maildir:/var/mail").mail else {
            return #expect(Bool(false), "it is no folder")
        }
    }

    @Test func isAServerWithItsUser() async throws {
        try await withTemporaryDirectory { directory in
            try Data("sesame\n".utf8).write(to: URL(filePath: directory + "/password"))
            let settings = ["--mail-password=\(directory)/password", "--mail-authorities=/etc/authorities.pem"]
            let mail = try await configuration("smtp://board@mail.internal:2525", settings).mail
            guard case .server(let server, let password, let authorities) = mail else {
                return #expect(Bool(false), "it is no server")
            }
            #expect(server.host == "mail.internal" && server.port == 2525 && server.username == "board")
            #expect(password == "sesame" && authorities == "/etc/authorities.pem")
        }
    }

    @Test func isAServerThatAsksForNobody() async throws {
        guard case .server(let server, nil, nil) = try await configuration("smtps://mail.internal").mail else {
            return #expect(Bool(false), "it is no server, or has a user")
        }
        #expect(server.encryption == .implicit)
    }

    @Test(arguments: [
        ("smtp://", "mail.url: “” is no host name"),
        ("smtp://user:secret@mail", "mail.url: the user name cannot be read; a password does not stand in the URL"),
        ("smtp://user@mail", "mail.url names a user and mail.password is missing, or the other way round"),
        (
            "http://mail",
            "mail.url must be a URL with the scheme maildir, smtp, smtps or smtp-plaintext; it is \"http://mail\" (--mail-url)"
        ),
    ])
    func saysWhatIsWrong(_ url: String, _ problem: String) async {
        let error = await #expect(throws: SettingsError.self) { try await configuration(url) }
        #expect(error?.problems == [problem])
    }

    /// A worker whose server is away waits for it: its mails are safe in the queue.
    @Test func asksAFolderAndNoServerWhetherItIsReady() async throws {
        try await withTemporaryDirectory { directory in
            let folder = try await configuration("maildir:\(directory)/mail").mail
            #expect(try folder.transport(sender: "a@b.c").checks.map(\.name) == ["mail folder"])
            let server = try await configuration("smtp://mail.internal").mail
            #expect(try server.transport(sender: "a@b.c").checks.isEmpty)
        }
    }

    private func configuration(_ url: String, _ settings: [String] = []) async throws -> MailWorkerConfiguration {
        let arguments = ["--queue-url=sqlite:/tmp/queue.sqlite", "--mail-url=\(url)"]
        return try MailWorkerConfiguration(
            try Settings.load(MailWorkerConfiguration.settings, arguments: arguments + settings, environment: [:])
        )
    }
}
