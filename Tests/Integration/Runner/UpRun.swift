import LocalStack
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `clowder up` on a free port, with a state folder of its own.
struct UpRun: Sendable {
    let directory: String
    let port: Int

    /// The state folder; `up` makes it.
    var state: String { directory + "/state" }
    var layout: StateLayout { StateLayout(root: state) }
    var gateway: GatewayClient { GatewayClient(baseURL: "http://127.0.0.1:\(port)") }

    /// Runs `body` with a directory and a port for `up`.
    static func prepare<Result>(_ body: (UpRun) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { directory in
            try await body(UpRun(directory: directory, port: try await FreePort.find()))
        }
    }

    /// Runs `up` to its end, and `body` beside it from the start.
    func start(
        _ flags: [String] = [],
        while body: (RunningCommand) async throws -> Void = { _ in }
    ) async throws -> FinishedCommand {
        try await CommandRun.clowder(
            ["up", "--port", "\(port)", "--state", state] + flags,
            in: directory,
            while: body
        )
    }

    /// Runs `up`, and `body` once the stack is up; interrupts it then.
    func whileUp(
        _ flags: [String] = [],
        _ body: (RunningCommand) async throws -> Void
    ) async throws -> FinishedCommand {
        try await start(flags) { command in
            try await command.waitUntilItSays("Ctrl-C stops everything.")
            try await body(command)
            command.signal(SIGINT)
        }
    }

    /// The processes that mention the state folder, by name.
    func processes() async throws -> [String: Int] {
        try await ProcessTable.counts(mentioning: state)
    }
}
