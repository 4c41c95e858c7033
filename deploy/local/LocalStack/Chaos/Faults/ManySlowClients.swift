/// Clients that hold connections with a head or a body that never ends, or with answers that they never read.
struct ManySlowClients: Fault {
    private static let limit = Duration.seconds(12)
    private static let readingLimit = Duration.seconds(34)

    let count: Int

    var what: String {
        let scale = count < ChaosSettings.wantedSlowClients ? ", as many as the limit of descriptors allows," : ""
        return
            "\(count) clients\(scale): a third sends one byte of a head a second, a third one byte of a body, "
            + "a third asks for much and reads nothing"
    }

    let promise = FaultPromise(
        failures: .none,
        slowdown: .milliseconds(5),
        others: [
            "the gateway closes those who are slow to send within \(limit.seconds) s, "
                + "those who do not read within \(readingLimit.seconds) s"
        ]
    )

    func adjust(_ configuration: inout StackConfiguration) {
        // All requests come from one address.
        configuration.extraArguments["gateway", default: []] += ["--limit-address-per-second", "0"]
    }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let clients = SlowClients(port: scene.stack.configuration.gatewayPort)
        let manners = SlowClients.Manner.allCases
        let outcomes = await withTaskGroup(of: (SlowClients.Manner, SlowClients.Outcome).self) { group in
            for manner in manners {
                group.addTask {
                    // A little longer than they may live, to tell the late ones from those that are never closed.
                    let limit = Self.limit(of: manner) + .seconds(3)
                    return (manner, await clients.run(count / manners.count, manner: manner, limit: limit))
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        try Task.checkCancellation()
        var findings = FaultFindings()
        for manner in manners {
            if let outcome = outcomes[manner] { Self.judge(outcome, of: manner, in: &findings) }
        }
        return findings
    }

    private static func limit(of manner: SlowClients.Manner) -> Duration {
        manner == .reading ? readingLimit : limit
    }

    private static func judge(
        _ outcome: SlowClients.Outcome,
        of manner: SlowClients.Manner,
        in findings: inout FaultFindings
    ) {
        let limit = limit(of: manner)
        if let shortest = outcome.lives.first, let longest = outcome.lives.last {
            findings.facts.append(
                "\(manner): closed \(outcome.lives.count) after \(shortest.seconds) to \(longest.seconds) s"
            )
        }
        let late = outcome.lives.count { $0 > limit } + outcome.leftOpen
        findings.figures[.closedInTime, default: 0] += Double(outcome.lives.count { $0 <= limit })
        findings.figures[.closedLate, default: 0] += Double(late)
        findings.figures[.refused, default: 0] += Double(outcome.refused)
        if late > 0 { findings.broken.append("\(manner): \(late) were still open after \(limit.seconds) s") }
        if outcome.refused > 0 { findings.broken.append("\(manner): \(outcome.refused) could not connect") }
    }
}
