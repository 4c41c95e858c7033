import LocalStack
import TestSupport

/// A Redis server that writes nothing to the disk.
struct RedisServer: Sendable {
    private static let executable = "/usr/bin/redis-server"

    /// Whether Redis is installed, or has to be.
    static var isRequired: Bool { ServerProcess.isRequired(executable) }

    let process: ServerProcess
    let port: Int

    var url: String { "redis://127.0.0.1:\(port)" }

    /// Runs `body` with a server that answers, and kills it.
    static func with<Result>(_ body: (RedisServer) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let port = try await FreePort.find()
            let process = ServerProcess(
                "redis",
                executable: executable,
                arguments: [
                    "--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", "\(port)", "--dir", directory,
                ],
                in: directory,
                answers: { try await answer(to: "PING", port: port) == "+PONG\r\n" }
            )
            return try await ServerProcess.with([process]) {
                try await body(RedisServer(process: process, port: port))
            }
        }
    }

    /// The first line that the server answers to a command; nothing when the time is over before it.
    func answer(to command: String, within limit: Duration = .seconds(2)) async throws -> String {
        try await Self.answer(to: command, port: port, within: limit)
    }

    private static func answer(
        to command: String,
        port: Int,
        within limit: Duration = .seconds(2)
    ) async throws -> String {
        try await LineConversation.ask(command, port: port, until: "\r\n", within: limit)
    }
}
