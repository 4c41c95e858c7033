import SMTP
import TestSupport
import Testing

/// Mails handed to a real server.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: SMTPServerProcess.isRequired, "the server is not installed: apt-get install python3-aiosmtpd")
)
struct SMTPClientTests {
    private let text = "From: board@clowder.example\r\nSubject: Hello\r\n\r\nHello\r\n"

    @Test func handsAMailOverEncrypted() async throws {
        try await SMTPServerProcess.with { server in
            try await server.client().send(text, from: "board@clowder.example", to: "ada@example.org")
            let mails = server.mails
            #expect(mails.map(\.message) == [text])
            let facts = [
                "from board@clowder.example", "to ada@example.org", "by clowder.example", "encrypted True", "user -",
            ]
            #expect(mails.first?.facts.map(String.init) == facts)
        }
    }

    @Test func handsAMailOverWithImplicitTLS() async throws {
        try await SMTPServerProcess.with(["--encryption", "implicit"]) { server in
            try await server.client(scheme: "smtps").send(text, from: "board@clowder.example", to: "ada@example.org")
            #expect(server.mails.first?.facts.contains("encrypted True") == true)
        }
    }

    @Test(arguments: [
        ("later", SMTPError.Permanence.transient, "451 4.3.0 come back later"),
        ("nobody", .permanent, "550 5.1.1 no such mailbox"), ("full", .transient, "452 4.2.2 the mailbox is full"),
        ("spam", .permanent, "554 5.7.1 not that"),
    ])
    func repeatsTheServersWords(_ name: String, _ permanence: SMTPError.Permanence, _ words: String) async throws {
        try await SMTPServerProcess.with { server in
            let error = await #expect(throws: SMTPError.self) {
                try await server.client().send(text, from: "board@clowder.example", to: "\(name)@example.org")
            }
            #expect(error?.permanence == permanence)
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    /// No mail and no password goes over a connection that anybody can read.
    @Test func sendsNothingWithoutEncryption() async throws {
        try await SMTPServerProcess.with(["--encryption", "none"]) { server in
            let error = await #expect(throws: SMTPError.self) {
                try await server.client().send(text, from: "board@clowder.example", to: "ada@example.org")
            }
            #expect(error?.permanence == .transient)
            #expect(server.mails.isEmpty)
        }
    }

    /// What was asked for by name: a mail viewer on a network of its own.
    @Test func sendsWithoutEncryptionWhereTheURLSaysSo() async throws {
        try await SMTPServerProcess.with(["--encryption", "none"]) { server in
            let client = try server.client(scheme: "smtp-plaintext")
            try await client.send(text, from: "board@clowder.example", to: "ada@example.org")
            #expect(server.mails.map(\.message) == [text])
            #expect(server.mails.first?.facts.contains("encrypted False") == true)
        }
    }

    @Test func trustsNobodyElse() async throws {
        try await SMTPServerProcess.with { server in
            for client in [try server.client(trusts: false), try server.client(host: "127.0.0.1")] {
                let error = await #expect(throws: SMTPError.self) {
                    try await client.send(text, from: "board@clowder.example", to: "ada@example.org")
                }
                #expect(error?.permanence == .transient)
            }
            #expect(server.mails.isEmpty)
        }
    }

    @Test func logsIn() async throws {
        try await SMTPServerProcess.with(["--user", "board", "--password", "sesame"]) { server in
            let right = try server.client(user: "board", password: "sesame")
            try await right.check()
            try await right.send(text, from: "board@clowder.example", to: "ada@example.org")
            #expect(server.mails.first?.facts.last == "user board")
            // Who is not let in is the operator's to mend; the mail stays good.
            let wrong = try server.client(user: "board", password: "wrong")
            for attempt in [{ try await wrong.check() }, { try await wrong.send(text, from: "b@c.de", to: "a@b.cd") }] {
                let error = await #expect(throws: SMTPError.self) { try await attempt() }
                #expect(error?.permanence == .transient)
                #expect(error?.description.contains("sesame") == false && error?.description.contains("wrong") == false)
            }
            #expect(server.mails.count == 1)
        }
    }

    /// Whoever is not known to the server may be known tomorrow: no mail dies of it.
    @Test func keepsMailsGoodThatNeedALogIn() async throws {
        try await SMTPServerProcess.with(["--user", "board", "--password", "sesame"]) { server in
            let error = await #expect(throws: SMTPError.self) {
                try await server.client().send(text, from: "board@clowder.example", to: "ada@example.org")
            }
            #expect(error?.permanence == .transient && error?.description.contains("530") == true)
        }
    }

    /// The mail is the server's with its 250; a server that then says nothing keeps nobody waiting.
    @Test(arguments: ["ada", "nobody"])
    func waitsForNoFarewell(_ name: String) async throws {
        try await SMTPServerProcess.with(["--silent-farewell"]) { server in
            let begin = ContinuousClock.now
            // Whether it is taken is another test's.
            try? await server.client().send(text, from: "board@clowder.example", to: "\(name)@example.org")
            #expect(server.mails.count == (name == "ada" ? 1 : 0))
            #expect(ContinuousClock.now - begin < SMTPClient.limit / 2)
        }
    }

    @Test func saysWhoCannotBeReached() async throws {
        let client = SMTPClient(try SMTPServer(url: "smtp://127.0.0.1:1"))
        let error = await #expect(throws: SMTPError.self) { try await client.check() }
        #expect(error?.permanence == .transient)
        #expect(error?.description.hasPrefix("127.0.0.1:1: ") == true)
    }

    /// The thread is given back, not only the task.
    @Test func endsWhenItsTaskDoes() async throws {
        try await SMTPServerProcess.with { server in
            let client = try server.client()
            let tasks = (0..<SMTPClient.maximumConversations).map { _ in
                Task { try await client.send(text, from: "board@clowder.example", to: "silent@example.org") }
            }
            // All threads talk to a server that says nothing; one more mail waits for a thread.
            try await eventually("silence on all threads") { server.silentConversations == tasks.count ? () : nil }
            let last = Task { try await client.send(text, from: "board@clowder.example", to: "ada@example.org") }
            let begin = ContinuousClock.now
            for task in tasks { task.cancel() }
            for task in tasks {
                await #expect(throws: SMTPError.self) { try await task.value }
            }
            try await last.value
            #expect(server.mails.last?.message == text)
            #expect(ContinuousClock.now - begin < SMTPClient.limit / 2)
        }
    }
}
