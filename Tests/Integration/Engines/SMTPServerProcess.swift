import FoundationEssentials
import LocalStack
import NIOPosix
import SMTP
import Subprocess
import TestSupport

/// An SMTP server in a process of its own, with a certificate that only its clients trust.
struct SMTPServerProcess: Sendable {
    private static let python = "/usr/bin/python3"
    private static let library = "/usr/lib/python3/dist-packages/aiosmtpd"

    /// Whether the server's library is installed, or has to be.
    static var isRequired: Bool { FileManager.default.fileExists(atPath: library) || ProjectFiles.mustBeComplete }

    let process: ServerProcess
    private let directory: String
    private let port: Int
    /// The threads of this server's clients: tests that fill them do not keep others waiting.
    private let threads: NIOThreadPool

    /// Runs `body` with a server that listens, and kills it.
    static func with<Result>(
        _ options: [String] = [],
        _ body: (SMTPServerProcess) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            try await makeCertificate(in: directory)
            let port = try await FreePort.find()
            let script = ProjectFiles.root + "/Tests/Integration/Engines/smtp-server.py"
            let process = ServerProcess(
                "smtp",
                executable: python,
                arguments: [script, directory, "--port", "\(port)"] + options,
                in: directory,
                answers: { FileManager.default.fileExists(atPath: directory + "/listens") }
            )
            let threads = NIOThreadPool(numberOfThreads: SMTPClient.maximumConversations)
            threads.start()
            let server = SMTPServerProcess(process: process, directory: directory, port: port, threads: threads)
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await ServerProcess.with([process]) { try await body(server) })
            } catch {
                result = .failure(error)
            }
            try await threads.shutdownGracefully()
            return try result.get()
        }
    }

    /// Kills the server; ``start()`` starts it again, at the same port and with the mails that it has taken.
    func kill() async throws {
        await process.kill()
        try FileManager.default.removeItem(atPath: directory + "/listens")
    }

    func start() async throws {
        try await process.start()
    }

    private static func makeCertificate(in directory: String) async throws {
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", "\(directory)/key.pem", "-out", "\(directory)/certificate.pem",
        ]
        let made = try await Subprocess.run(
            .name("openssl"),
            arguments: Arguments(arguments),
            output: .discarded,
            error: .string(limit: 4096)
        )
        guard made.terminationStatus.isSuccess else { throw UnexpectedCommand(description: made.standardError) }
    }

    /// A client that trusts the server's certificate, or the system's authorities only.
    func client(
        scheme: String = "smtp",
        host: String = "localhost",
        user: String? = nil,
        password: String? = nil,
        trusts: Bool = true
    ) throws -> SMTPClient {
        let server = try SMTPServer(url: "\(scheme)://\(user.map { $0 + "@" } ?? "")\(host):\(port)")
        return SMTPClient(
            server,
            password: password,
            authorities: trusts ? directory + "/certificate.pem" : nil,
            threads: threads
        )
    }

    /// How many clients wait for an answer that never comes.
    var silentConversations: Int {
        // The folder is there as long as the server is.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.count { $0.hasPrefix("silent-") }
    }

    /// The mails that the server has taken, in its order.
    var mails: [ReceivedMail] {
        // The folder is there as long as the server is.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { Int($0) }.sorted().compactMap { number in
            FileManager.default.contents(atPath: "\(directory)/\(number)").map {
                ReceivedMail(String(decoding: $0, as: UTF8.self))
            }
        }
    }
}

/// A mail that a server has taken, and how.
struct ReceivedMail {
    /// Facts of the conversation, such as `encrypted True`.
    var facts: [Substring] = []
    var message: String

    /// Reads the facts, an empty line, and the message.
    init(_ text: String) {
        message = text
        guard let end = text.firstRange(of: "\n\n") else { return }
        facts = text[..<end.lowerBound].split(separator: "\n")
        message = String(text[end.upperBound...])
    }
}
