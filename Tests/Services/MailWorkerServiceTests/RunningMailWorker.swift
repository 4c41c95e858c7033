import AccessPolicy
import Correlation
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import Logging
import MailWorkerContract
import MailWorkerService
import Messaging
import NIOCore
import ServiceClient
import ServiceLifecycle
import ServiceRuntime
import ServiceTestSupport
import StructuredLogging
import TestSupport
import Testing
import Tokens

/// The mail worker in process, on a queue and a mail folder of its own.
struct RunningMailWorker: Sendable {
    /// Whether the worker's consumers run beside its routes.
    enum Consumers: Sendable {
        case running, idle
    }

    let client: any TestClientProtocol
    let directory: String
    let time: ManualTime
    let queue: SQLiteQueue
    fileprivate let logs: InMemoryLogHandler
    fileprivate let key: SigningKey

    /// The folder that mails are written to.
    var mailDirectory: String { directory + "/mail" }

    /// What the worker has logged: level, message and metadata.
    var logLines: [String] {
        logs.entries.map { "\($0.level) \($0.message) \($0.metadata)" }
    }

    /// The lines that the worker has logged.
    var entries: [InMemoryLogHandler.Entry] { logs.entries }

    /// Sends a request, with the longest deadline that the service grants.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        roles: Set<String>?,
        correlationID: String? = nil
    ) async throws -> Answer {
        var headers: HTTPFields = [.requestTimeout: "10000"]
        headers[.correlationID] = correlationID
        if let roles { headers[.authorization] = "Bearer \(try await token(roles))" }
        return Answer(try await client.execute(uri: path, method: method, headers: headers))
    }

    /// Puts a job into the queue, as the relay of an outbox would.
    func enqueue(_ job: MailJob, id: String, headers: [String: String] = [:]) async throws {
        let message = Message(id: id, topic: MailJob.topic, body: try job.encoded(), headers: headers)
        _ = try await queue.enqueue(message, delay: .zero)
    }

    /// Makes a message a dead letter.
    func bury(_ message: Message, error: String = "the mailbox is full") async throws {
        _ = try await queue.enqueue(message, delay: .zero)
        let claims = try await queue.claim(topic: message.topic, limit: 1, lease: .seconds(60))
        try await queue.bury(try #require(claims.first), error: error)
    }

    /// The files in the mail folder, by name.
    func mailFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: mailDirectory).sorted()
    }

    /// The mail in a file of the mail folder.
    func mail(_ file: String) throws -> ParsedMail {
        let data = try Data(contentsOf: URL(filePath: "\(mailDirectory)/\(file)"))
        return try #require(ParsedMail(String(decoding: data, as: UTF8.self)))
    }

    private func token(_ roles: Set<String>) async throws -> String {
        try await AccessTokenIssuer(issuer: "test-issuer", audience: "test-audience").issue(
            accountID: "account-1",
            sessionID: "session-1",
            roles: roles,
            tokenID: "token-1",
            at: time.date,
            with: key
        )
    }
}

/// Runs the mail worker on a fresh queue and mail folder for the length of `body`, with flags beside the paths.
func withMailWorker<Value: Sendable>(
    _ consumers: RunningMailWorker.Consumers = .idle,
    settings: [String] = [],
    _ body: @Sendable (RunningMailWorker) async throws -> Value
) async throws -> Value {
    try await withTemporaryDirectory { directory in
        var handler = InMemoryLogHandler()
        handler.metadataProvider = .correlation
        let logs = handler
        return try await withLogger(Logger(label: "mail-worker", factory: { _ in logs })) { logger in
            let time = ManualTime()
            let key = SigningKey()
            let parts = try makeMailWorkerApplication(
                configuration: try await configuration(in: directory, settings),
                access: try access(key, time),
                background: [],
                now: { time.date }
            )
            let services = consumers == .running ? parts.background : []
            let queue = try SQLiteQueue(path: directory + "/queue.sqlite", now: { time.date })
            let application = Application(responder: parts.responder, services: services, logger: logger)
            return try await application.test(.router) { client in
                try await body(
                    RunningMailWorker(
                        client: client,
                        directory: directory,
                        time: time,
                        queue: queue,
                        logs: logs,
                        key: key
                    )
                )
            }
        }
    }
}

private func configuration(in directory: String, _ settings: [String]) async throws -> MailWorkerConfiguration {
    let arguments = [
        "--queue-url=sqlite:\(directory)/queue.sqlite", "--mail-url=maildir:\(directory)/mail",
        "--mail-sender=board@clowder.example", "--public-url=https://board.example",
    ]
    return try MailWorkerConfiguration(
        try Settings.load(MailWorkerConfiguration.settings, arguments: arguments + settings, environment: [:])
    )
}

private func access(_ key: SigningKey, _ time: ManualTime) throws -> AccessGuard {
    AccessGuard(
        verifier: AccessTokenVerifier(issuer: "test-issuer", audience: "test-audience"),
        keys: KeySetCache(now: { time.date }) { KeySet(keys: [key.publicKey]) },
        policy: try RolePolicy.standard(),
        now: { time.date }
    )
}
