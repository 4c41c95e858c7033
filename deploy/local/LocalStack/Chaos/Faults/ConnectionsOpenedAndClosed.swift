import Synchronization

/// Connections come and go without a request, and must leave nothing behind in the gateway.
final class ConnectionsOpenedAndClosed: Fault {
    private static let rounds = 20
    private static let connections = 100_000
    private static let descriptorTolerance = 5
    private static let memoryTolerance = 10 * 1024
    /// Once the load is over, its connections are closed after 30 s, and those to replicas after 60 s.
    private static let settlingLimit = Duration.seconds(100)

    let what =
        "\(connections) connections opened and closed in \(rounds) rounds, \(ConnectionStorm.concurrency) at once"
    let promise = FaultPromise(
        failures: .any,
        others: [
            "the gateway's descriptors within \(descriptorTolerance) of those before the load, once it is over",
            "its memory grown by less than \(memoryTolerance / 1024) MiB",
        ]
    )

    private struct Size {
        var descriptors = 0
        var kibibytes = 0
    }

    /// Without any load, but for the memory: what a load takes is kept for the next one.
    private let before = Mutex(Size())

    func prepare(_ stack: LocalStack) async throws {
        let size = try size(stack)
        before.withLock { $0 = size }
    }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let size = try size(scene.stack)
        before.withLock { $0.kibibytes = size.kibibytes }
        let storm = ConnectionStorm(port: scene.stack.configuration.gatewayPort)
        var opened = 0
        for round in 1...Self.rounds {
            opened += await storm.run(Self.connections / Self.rounds)
            try Task.checkCancellation()
            scene.settings.note("round \(round) of \(Self.rounds)")
        }
        return FaultFindings(figures: [.connections: Double(opened)])
    }

    /// Waits until the descriptors are back, or the limit for that is over.
    func settle(_ stack: LocalStack, _ findings: FaultFindings) async throws -> FaultFindings {
        let before = before.withLock { $0 }
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: Self.settlingLimit)
        var after = try size(stack)
        while after.descriptors > before.descriptors + Self.descriptorTolerance, clock.now < end {
            try await clock.sleep(for: .milliseconds(250))
            after = try size(stack)
        }
        return judge(findings, before, after)
    }

    private func size(_ stack: LocalStack) throws(StackFailure) -> Size {
        guard let id = stack.processID(of: "gateway-1"), let descriptors = OpenDescriptors.count(of: id),
            let kibibytes = ResidentMemory.kibibytes(of: id)
        else { throw StackFailure("the gateway's size cannot be read from /proc") }
        return Size(descriptors: descriptors, kibibytes: kibibytes)
    }

    private func judge(_ findings: FaultFindings, _ before: Size, _ after: Size) -> FaultFindings {
        var findings = findings
        let opened = Int(findings.figures[.connections] ?? 0)
        findings.facts = [
            "\(opened) connections; descriptors \(before.descriptors) → \(after.descriptors)",
            "memory \(Self.mebibytes(before.kibibytes)) → \(Self.mebibytes(after.kibibytes)) MiB",
        ]
        findings.figures[.descriptorGrowth] = Double(after.descriptors - before.descriptors)
        findings.figures[.memoryGrowth] = Double(after.kibibytes - before.kibibytes) / 1024
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
