import Synchronization

/// Far more requests come than all replicas together can answer.
final class Overload: Fault {
    /// Three of them answer 300 requests a second.
    private static let behaviour = StandInReplica.Behaviour(places: 4, time: .milliseconds(40))
    private static let factor = 5.0
    private static let length = Duration.seconds(30)
    private static let leastGoodput = 0.9
    /// Callers that find out what the replicas can do: twice as many as places.
    private static let callers = 2 * ChaosSettings.replicas * behaviour.places
    private static let measuringTime = Duration.seconds(5)

    private let standIns = StandIns(ChaosSettings.replicas, behaviour)
    private let capacity = Mutex(0.0)

    let what =
        "\(Int(factor)) times as many requests as \(ChaosSettings.replicas) stand-ins in the place of `search` can answer, "
        + "for \(length.seconds) s"
    let promise = FaultPromise(
        failures: .only(SearchProbe.unavailable),
        recovery: .seconds(10),
        others: ["at least \(Int(leastGoodput * 100)) % of what can be answered is"]
    )

    func adjust(_ configuration: inout StackConfiguration) {
        configuration.restarts = .never
        // All requests come from one address.
        configuration.extraArguments["gateway", default: []] += ["--limit-address-per-second", "0"]
    }

    func prepare(_ stack: LocalStack) async throws {
        try await standIns.replaceSearch(of: stack)
        let probe = SearchProbe(gateway: GatewayClient(baseURL: stack.gatewayURL))
        let answered = await Self.answers(to: probe)
        capacity.withLock { $0 = Double(answered) / (Self.measuringTime / .seconds(1)) }
    }

    /// How many requests are answered when each caller sends the next one as soon as it has an answer.
    private static func answers(to probe: SearchProbe) async -> Int {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: measuringTime)
        return await withTaskGroup(of: Int.self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var answered = 0
                    while clock.now < end { if await probe.send(0) == nil, clock.now < end { answered += 1 } }
                    return answered
                }
            }
            return await group.reduce(0, +)
        }
    }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let capacity = capacity.withLock { $0 }
        let rate = Int(capacity * Self.factor) - ChaosSettings.rate
        let probe = SearchProbe(gateway: GatewayClient(baseURL: scene.stack.gatewayURL))
        let answeredBefore = scene.load.answered
        let storm = SteadyLoad(rate: rate)
        async let sent = storm.run(probe.send)
        try await Task.sleep(for: Self.length)
        let answered = storm.answered + scene.load.answered - answeredBefore
        let goodput = Double(answered) / (storm.elapsed / .seconds(1))
        storm.stop()
        let relieved = scene.load.elapsed
        let record = await sent
        let latencies = record.summary(.zero..<record.length)
        let percent = Int((goodput / capacity * 100).rounded())
        var findings = FaultFindings(
            facts: [
                "of \(Int(capacity)) requests/s that can be answered \(Int(goodput)) were, \(percent) %",
                "p99 of the answered \(latencies.percentile(0.99).milliseconds) ms",
            ],
            figures: [.goodput: goodput / capacity],
            over: relieved,
            relieved: relieved
        )
        if goodput < capacity * Self.leastGoodput {
            findings.broken.append("only \(percent) % of what can be answered was")
        }
        return findings
    }

    func cleanUp() async throws { try await standIns.stop() }
}
