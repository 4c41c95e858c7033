import LocalStack

/// Connections come and go without a request, and must leave nothing behind in the gateway.
struct ConnectionsOpenedAndClosed: Fault {
    private static let rounds = 20
    private static let connections = 100_000
    private static let descriptorTolerance = 5
    private static let memoryTolerance = 10 * 1024
    /// Idle connections of the load are closed after 30 s, and then those to replicas after 60 s.
    private static let settlingLimit = Duration.seconds(100)

    let what =
        "\(connections) connections opened and closed in \(rounds) rounds, \(ConnectionStorm.concurrency) at once"
    let promise = FaultPromise(
        failures: .any,
        others: [
            "the gateway's descriptors within \(descriptorTolerance) of the start",
            "its memory grown by less than \(memoryTolerance / 1024) MiB",
        ]
    )

    private struct Size {
        var descriptors: Int
        var kibibytes: Int
    }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let before = try size(scene)
        let storm = ConnectionStorm(port: scene.stack.configuration.gatewayPort)
        var opened = 0
        for round in 1...Self.rounds {
            opened += await storm.run(Self.connections / Self.rounds)
            try Task.checkCancellation()
            Console.note("  round \(round) of \(Self.rounds)")
        }
        let over = scene.load.elapsed
        let after = try await settledSize(scene, before)
        return findings(before, after, opened: opened, over: over)
    }

    /// The size once the descriptors are back, or the limit for that is over.
    private func settledSize(_ scene: FaultScene, _ before: Size) async throws -> Size {
        let end = scene.load.elapsed + Self.settlingLimit
        while true {
            let size = try size(scene)
            if size.descriptors <= before.descriptors + Self.descriptorTolerance || scene.load.elapsed > end {
                return size
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func size(_ scene: FaultScene) throws(StackFailure) -> Size {
        guard let id = scene.stack.processID(of: "gateway-1"), let descriptors = OpenDescriptors.count(of: id),
            let kibibytes = ResidentMemory.kibibytes(of: id)
        else { throw StackFailure("the gateway's size cannot be read from /proc") }
        return Size(descriptors: descriptors, kibibytes: kibibytes)
    }

    private func findings(_ before: Size, _ after: Size, opened: Int, over: Duration) -> FaultFindings {
        var findings = FaultFindings(over: over)
        findings.facts = [
            "\(opened) connections; descriptors \(before.descriptors) → \(after.descriptors)",
            "memory \(Self.mebibytes(before.kibibytes)) → \(Self.mebibytes(after.kibibytes)) MiB",
        ]
        if opened < Self.connections { findings.broken.append("only \(opened) connections could be opened") }
        if after.descriptors > before.descriptors + Self.descriptorTolerance {
            findings.broken.append("\(after.descriptors - before.descriptors) descriptors more")
        }
        let growth = after.kibibytes - before.kibibytes
        if growth >= Self.memoryTolerance { findings.broken.append("\(Self.mebibytes(growth)) MiB more") }
        return findings
    }

    private static func mebibytes(_ kibibytes: Int) -> Double {
        (Double(kibibytes) / 102.4).rounded() / 10
    }
}
