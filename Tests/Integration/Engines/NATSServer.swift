import FoundationEssentials
import LocalStack
import TestSupport

/// A NATS server with JetStream.
struct NATSServer: Sendable {
    private static let executable = "/usr/sbin/nats-server"

    /// Whether NATS is installed, or has to be.
    static var isRequired: Bool { ServerProcess.isRequired(executable) }

    let process: ServerProcess
    let port: Int
    private let file: String

    var url: String { "nats://127.0.0.1:\(port)" }

    /// Runs `body` with a server that answers, and kills it; its file says `max_payload: 100000` or the like.
    static func with<Result>(
        _ configuration: String = "",
        _ body: (NATSServer) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let port = try await FreePort.find()
            let file = directory + "/nats.conf"
            try Data(configuration.utf8).write(to: URL(filePath: file))
            let process = ServerProcess(
                "nats",
                executable: executable,
                arguments: ["-js", "-sd", directory, "-a", "127.0.0.1", "-p", "\(port)", "-c", file],
                in: directory,
                answers: {
                    let greeting = try await greeting(port: port)
                    // One that wants a password answers as well.
                    return greeting.contains("PONG") || greeting.contains("Authorization Violation")
                }
            )
            return try await ServerProcess.with([process]) {
                try await body(NATSServer(process: process, port: port, file: file))
            }
        }
    }

    /// Starts the server anew, with its streams and another configuration.
    func restart(with configuration: String) async throws {
        await process.kill()
        try Data(configuration.utf8).write(to: URL(filePath: file))
        try await process.start()
    }

    /// What the server says of itself, and to a ping unless the time is over.
    func greeting(within limit: Duration = .seconds(2)) async throws -> String {
        try await Self.greeting(port: port, within: limit)
    }

    private static func greeting(port: Int, within limit: Duration = .seconds(2)) async throws -> String {
        try await LineConversation.ask("PING", port: port, until: "PONG", within: limit)
    }
}
