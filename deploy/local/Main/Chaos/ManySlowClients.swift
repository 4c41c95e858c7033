import LocalStack

/// Clients that hold connections with a head that never ends.
struct ManySlowClients: Fault {
    private static let limit = Duration.seconds(12)

    let count: Int

    var what: String {
        let scale = count < ChaosSettings.wantedSlowClients ? ", as many as the limit of descriptors allows," : ""
        return "\(count) clients\(scale) that send one byte of a request's head a second"
    }

    let promise = FaultPromise(
        failures: .none,
        slowdown: .milliseconds(5),
        others: ["the gateway closes the slow ones within \(limit.seconds) s"]
    )

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let clients = SlowClients(port: scene.stack.configuration.gatewayPort)
        // A little longer than they may live, to tell the late ones from those that are never closed.
        let outcome = await clients.run(count, limit: Self.limit + .seconds(3))
        try Task.checkCancellation()
        var findings = FaultFindings()
        if let shortest = outcome.lives.first, let longest = outcome.lives.last {
            findings.facts.append("closed \(outcome.lives.count) after \(shortest.seconds) to \(longest.seconds) s")
        }
        let late = outcome.lives.count { $0 > Self.limit } + outcome.leftOpen
        if late > 0 { findings.broken.append("\(late) slow clients were still open after \(Self.limit.seconds) s") }
        if outcome.refused > 0 { findings.broken.append("\(outcome.refused) slow clients could not connect") }
        return findings
    }
}
