import AsyncHTTPClient
import FoundationEssentials
import HTTPEdge
import Hummingbird
import HummingbirdCore
import InMemoryLogging
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import Synchronization
import TestSupport

@testable import ServiceRuntime

/// A listener with a certificate on a free port, and clients that trust it.
final class EncryptedListener: Sendable {
    let files: CertificateFiles
    let certificate: ServerCertificate
    let tracker = ConnectionTracker()
    let log: InMemoryLogHandler
    private let group: ServiceGroup
    private let port = ListenerPort()

    private init(
        in directory: String,
        limits: EdgeLimits,
        isEncrypted: Bool,
        handler: @escaping @Sendable (Request) async throws -> Response
    ) throws {
        let log = InMemoryLogHandler()
        let logger = Logger(label: "tests") { _ in log }
        self.log = log
        files = CertificateFiles(in: directory)
        try files.write(.first)
        certificate = try ServerCertificate(files, logger: logger, now: { Date.now })
        let router = Router(context: ServiceRequestContext.self)
        for method in [HTTPRequest.Method.get, .head, .post] {
            router.on("/thing", method: method) { request, _ in try await handler(request) }
        }
        let application = Application(
            responder: ServiceResponder(router.buildResponder(), deadlines: .edge { _ in .seconds(60) }),
            server: .edge(
                limits: limits,
                isStream: { _, _ in false },
                tracker: tracker,
                certificate: isEncrypted ? certificate : nil,
                logger: logger
            ),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { [port] in port.listen(on: $0) },
            logger: logger
        )
        group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: logger))
    }

    /// Runs a listener while `body` runs, with its URL, and shuts it down.
    static func run(
        limits: EdgeLimits = EdgeLimits(),
        isEncrypted: Bool = true,
        handler: @escaping @Sendable (Request) async throws -> Response = { _ in Response(status: .ok) },
        _ body: (EncryptedListener, _ url: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let listener = try EncryptedListener(
                in: directory,
                limits: limits,
                isEncrypted: isEncrypted,
                handler: handler
            )
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await listener.serve() }
                let port = await listener.port.wait() ?? 0
                try await body(listener, "https://127.0.0.1:\(port)/thing")
                await listener.shutDown()
                try await tasks.waitForAll()
            }
        }
    }

    private func serve() async throws {
        try await withLogger(Logger(label: "tests") { [log] _ in log }) { _ in try await group.run() }
    }

    func shutDown() async {
        await group.triggerGracefulShutdown()
    }

    /// Looks at the files as often as a change needs to be taken.
    func reload() {
        certificate.look()
        certificate.look()
    }
}

/// Runs `body` with a client that trusts one certificate.
func withEncryptedClient(
    trusting certificate: TestCertificate = .first,
    http1Only: Bool = false,
    _ body: (HTTPClient) async throws -> Void
) async throws {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes([UInt8](certificate.certificate.utf8)))
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    if http1Only { configuration.httpVersion = .http1Only }
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
        try await body(client)
    } catch {
        try await client.shutdown()
        throw error
    }
    try await client.shutdown()
}

extension HTTPClient {
    /// An answer with its body read.
    struct Answer {
        var version: String
        var status: UInt
        var headers: [String: String]
        var body: String
    }

    func answer(to request: HTTPClientRequest) async throws -> Answer {
        let response = try await execute(request, timeout: .seconds(50))
        let body = try await response.body.collect(upTo: 64 * 1024 * 1024)
        return Answer(
            version: "\(response.version.major).\(response.version.minor)",
            status: response.status.code,
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { $0 + "," + $1 },
            body: String(buffer: body)
        )
    }

    func get(_ url: String) async throws -> Answer {
        try await answer(to: HTTPClientRequest(url: url))
    }
}
