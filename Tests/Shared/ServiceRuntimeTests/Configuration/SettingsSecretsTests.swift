import FoundationEssentials
import Logging
import StructuredLogging
import Synchronization
import TestSupport
import Testing

@testable import ServiceRuntime

/// Secrets stand in files and nowhere else.
@Suite struct SettingsSecretsTests {
    private static let definitions = [
        Setting("config.file", .text, default: "", "The file."),
        Setting("password.pepper", .secretFile, "The pepper."),
        Setting("http.port", .integer(0...65535), default: "8080", "The port."),
    ]

    private func load(secret: String) async throws -> Settings {
        try await withTemporaryDirectory { directory in
            let path = directory + "/pepper"
            try Data(secret.utf8).write(to: URL(filePath: path))
            return try Settings.load(
                Self.definitions,
                arguments: ["--password-pepper=\(path)"],
                environment: [:]
            )
        }
    }

    @Test(arguments: [
        ("hunter2", "hunter2"), ("hunter2\n", "hunter2"), ("hunter2\r\n\n", "hunter2"), (" a b ", " a b "),
        ("a\nb\n", "a\nb"),
    ])
    func readsTheSecretWithoutTheLineFeedsAtItsEnd(_ contents: String, _ secret: String) async throws {
        #expect(try await load(secret: contents).text("password.pepper") == secret)
    }

    /// What is being replaced at the moment is as it was at the start.
    @Test func readsAgainWhatMayChange() async throws {
        try await withTemporaryDirectory { directory in
            let file = URL(filePath: directory + "/pepper")
            try Data("one\n".utf8).write(to: file)
            let settings = try Settings.load(
                Self.definitions,
                arguments: ["--password-pepper=\(file.path)"],
                environment: [:]
            )
            let secret = settings.secret("password.pepper")
            #expect(secret() == "one")
            try Data("two\n".utf8).write(to: file)
            #expect(secret() == "two" && settings.text("password.pepper") == "one")
            try Data().write(to: file)
            #expect(secret() == "one")
            try FileManager.default.removeItem(at: file)
            #expect(secret() == "one")
        }
    }

    @Test func hasNoSecretWhereNoFileIsNamed() throws {
        let setting = Setting("queue.password", .secretFile, default: "", "The password.")
        let settings = try Settings.load([setting], arguments: [], environment: [:])
        #expect(settings.secret("queue.password")() == "")
    }

    @Test func masksTheSecretInTheSummary() async throws {
        let settings = try await load(secret: "hunter2")
        #expect(settings.summary == ["config.file": "", "password.pepper": "(secret)", "http.port": "8080"])
        #expect(!"\(settings.summary)".contains("hunter2"))
    }

    /// What is secret was declared: a number is shown, however its key sounds.
    @Test func showsInTheLogWhatIsNotDeclaredSecret() async throws {
        let definitions = [
            Setting("config.file", .text, default: "", "The file."),
            Setting("password.pepper", .secretFile, "The pepper."),
            Setting("password.cost", .integer(4...16), default: "12", "The cost."),
            Setting("token.lifetime", .duration(.seconds(1)...(.seconds(60))), default: "10s", "The lifetime."),
        ]
        try await withTemporaryDirectory { directory in
            let path = directory + "/pepper"
            try Data("hunter2".utf8).write(to: URL(filePath: path))
            let settings = try Settings.load(definitions, arguments: ["--password-pepper=\(path)"], environment: [:])
            let lines = Mutex<[String]>([])
            let handler = JSONLogHandler(
                label: "users",
                service: "users",
                logLevel: .info,
                metadataProvider: nil,
                now: { Date(timeIntervalSince1970: 0) },
                write: { line in lines.withLock { $0.append(line) } }
            )
            Logger(label: "users", factory: { _ in handler }).info("x", metadata: ["settings": settings.metadata])
            let members =
                #""settings":{"config.file":"","password.cost":"12","password.pepper":"(secret)","token.lifetime":"10s"}"#
            #expect(lines.withLock { $0.first?.contains(members) } == true)
        }
    }

    /// A password in a URL is refused by whoever reads it; it must not be in the log by then.
    @Test(arguments: [
        ("smtp://user:hunter2@mail:25", "smtp://user:…@mail:25"), ("smtp://user:a@b:c@mail", "smtp://user:…@mail"),
        ("smtp://user@mail:25", "smtp://user@mail:25"), ("smtp://[::1]:25", "smtp://[::1]:25"),
        ("smtp:/a:b@c", "smtp:/a:b@c"),
    ])
    func masksAPasswordInAURL(_ url: String, _ masked: String) throws {
        let definitions = [
            Setting("config.file", .text, default: "", "The file."),
            Setting("mail.url", .url(schemes: ["smtp"]), "Mail."),
        ]
        let settings = try Settings.load(definitions, arguments: ["--mail-url=\(url)"], environment: [:])
        #expect(settings.summary["mail.url"] == masked && settings.text("mail.url") == url)
    }

    @Test(arguments: ["", "\n", "\r\n\n"])
    func refusesAnEmptySecret(_ contents: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await load(secret: contents) }
        let problem = try #require(error?.problems.first)
        #expect(problem.hasPrefix("password.pepper: the secret file /") && problem.hasSuffix("/pepper is empty"))
    }

    @Test func namesAFileThatCannotBeRead() {
        #expect(throws: SettingsError(["password.pepper: the secret file /nowhere/p cannot be read"])) {
            try Settings.load(Self.definitions, arguments: ["--password-pepper=/nowhere/p"], environment: [:])
        }
    }

    /// Another value's problem must not bring the secret to the terminal.
    @Test func keepsTheSecretOutOfOtherProblems() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/pepper"
            try Data("hunter2".utf8).write(to: URL(filePath: path))
            let error = #expect(throws: SettingsError.self) {
                try Settings.load(
                    Self.definitions,
                    arguments: ["--password-pepper=\(path)", "--http-port=x"],
                    environment: [:]
                )
            }
            #expect(error?.problems.count == 1)
            #expect(error?.description.contains("hunter2") == false)
        }
    }
}
