import FoundationEssentials
import Synchronization

/// Clients of a TCP route that ask in order, reset, or end their side early.
final class TCPRouteClients: Fault {
    private struct File {
        var path = ""
        var port = 0
    }

    private static let count = 200
    private static let settlingLimit = Duration.seconds(30)

    private let file = Mutex(File())

    let what =
        "through a TCP route to `search`: \(count) clients that ask in order, \(count) that reset, "
        + "\(count) that half-close"
    let promise = FaultPromise(
        failures: .none,
        others: ["all \(count) who ask in order are answered", "no connection is held, none leaked"]
    )

    func adjust(_ configuration: inout StackConfiguration) async throws {
        let file = File(path: configuration.state + "-routes.json", port: try await FreePort.find())
        let text = #"{"tcpRoutes": [{"port": \#(file.port), "service": "search"}]}"#
        try text.write(toFile: file.path, atomically: true, encoding: .utf8)
        configuration.extraArguments["gateway", default: []] += ["--routes-file", file.path]
        self.file.withLock { $0 = file }
    }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let port = file.withLock { $0.port }
        let outcome = await TCPClients(port: port).run(Self.count)
        try Task.checkCancellation()
        let over = scene.load.elapsed
        let leaked = try await settledConnections(on: port, scene)
        var findings = FaultFindings(
            facts: ["\(outcome.answered) answered, \(outcome.held) held, \(leaked) leaked"],
            figures: [
                .answered: Double(outcome.answered), .held: Double(outcome.held), .leaked: Double(leaked),
            ],
            over: over
        )
        if outcome.answered < Self.count { findings.broken.append("only \(outcome.answered) were answered") }
        if outcome.held > 0 { findings.broken.append("\(outcome.held) connections were held") }
        if leaked > 0 { findings.broken.append("\(leaked) connections were leaked") }
        return findings
    }

    func cleanUp() async throws {
        try FileManager.default.removeItem(atPath: file.withLock { $0.path })
    }

    /// How many connections are open on the route's port once all are gone, or the limit for that is over.
    private func settledConnections(on port: Int, _ scene: FaultScene) async throws -> Int {
        let end = scene.load.elapsed + Self.settlingLimit
        while true {
            let count = try connections(on: port)
            if count == 0 || scene.load.elapsed > end { return count }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Connections of this machine whose own end is the port, but for those that only wait to be forgotten.
    private func connections(on port: Int) throws(StackFailure) -> Int {
        guard let data = FileManager.default.contents(atPath: "/proc/net/tcp") else {
            throw StackFailure("the connections cannot be read from /proc")
        }
        let (listening, waiting) = ("0A", "06")
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst()
        var count = 0
        for line in lines {
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count > 3, fields[3] != listening, fields[3] != waiting else { continue }
            let local = fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
            if local == port { count += 1 }
        }
        return count
    }
}
