import HTTPTypes
import LocalStack
import Subprocess
import TestSupport

/// Damages a stack of containers, which other scenarios go on using.
struct ContainerDamage: StackDamage {
    private static let mailServer = "mailpit"

    /// What Compose calls the stack.
    let project: String
    let gatewayURL: String

    let mailTrouble = "\(Self.mailServer):"

    func refuseMails() async throws {
        try await kill(Self.mailServer)
    }

    func acceptMails() async throws {
        try await mend()
    }

    /// Docker does not start again what it was told to kill.
    func kill(_ service: String) async throws {
        let running = try await containers("label=com.docker.compose.service=\(service)", "status=running")
        try expect(!running.isEmpty, "no container of \(service) is running")
        try await docker(["kill"] + running)
    }

    /// Starts what was killed, and waits until it is healthy and the gateway finds it.
    func mend() async throws {
        // What ended by itself, as the one that makes the secrets does, ended with 0.
        let killed = try await containers("status=exited", "exited=137")
        guard !killed.isEmpty else { return }
        try await docker(["start"] + killed)
        let format = ["inspect", "--format", "{{.State.Health.Status}}"]
        let areHealthy = { try await docker(format + killed).allSatisfy { $0 == "healthy" } }
        let pause = Duration.milliseconds(200)
        try await eventually("the health of what was killed", within: .seconds(60), every: pause, holds: areHealthy)
        let gateway = GatewayClient(baseURL: gatewayURL)
        for path in ["/.well-known/jwks.json", "/v1/listings?limit=1&q=\(killed[0])"] {
            let answers = { try await gateway.send(.get, path).status == 200 }
            try await eventually("an answer to \(path)", every: pause, holds: answers)
        }
    }

    private func containers(_ filters: String...) async throws -> [String] {
        let all = ["label=com.docker.compose.project=\(project)"] + filters
        return try await docker(["ps", "--all", "--quiet"] + all.flatMap { ["--filter", $0] })
    }

    /// Runs a command; the lines that it prints.
    @discardableResult
    private func docker(_ arguments: [String]) async throws -> [String] {
        let result = try await Subprocess.run(
            .name("docker"),
            arguments: Arguments(arguments),
            output: .string(limit: 64 * 1024),
            error: .string(limit: 64 * 1024)
        )
        try expect(result.terminationStatus.isSuccess, "docker \(arguments): \(result.standardError)")
        return result.standardOutput.split(separator: "\n").map(String.init)
    }
}
