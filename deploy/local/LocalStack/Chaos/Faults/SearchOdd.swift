/// One replica of several becomes slow and stays in use.
struct SearchSlow: Fault {
    private static let normal = StandInReplica.Behaviour(time: .milliseconds(2))
    private static let slow = StandInReplica.Behaviour(time: .milliseconds(100))
    private static let length = Duration.seconds(20)

    private let standIns = StandIns(1, normal)

    let what =
        "a stand-in beside \(ChaosSettings.replicas) `search` answers 50 times slower, "
        + "after \(slow.time.milliseconds) ms, for \(length.seconds) s"
    let promise = FaultPromise(failures: .none, slowdown: .milliseconds(5))

    func prepare(_ stack: LocalStack) async throws { try await standIns.join(stack) }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let calls = standIns.calls
        standIns.behave(Self.slow)
        try await Task.sleep(for: Self.length)
        let slowCalls = standIns.calls - calls
        standIns.behave(Self.normal)
        return FaultFindings(
            facts: ["\(slowCalls) searches met the slow one"],
            figures: [.standInCalls: Double(slowCalls)]
        )
    }

    func cleanUp() async throws { try await standIns.stop() }
}

/// One replica of several answers at once that it cannot.
struct SearchRefusing: Fault {
    private static let normal = StandInReplica.Behaviour(time: .milliseconds(2))
    private static let refusing = StandInReplica.Behaviour(time: .zero, refusedPercent: 100)
    private static let length = Duration.seconds(20)

    private let standIns = StandIns(1, normal)

    let what =
        "a stand-in beside \(ChaosSettings.replicas) `search` refuses everything at once with 503 "
        + "for \(length.seconds) s"
    let promise = FaultPromise(failures: .none)

    func prepare(_ stack: LocalStack) async throws { try await standIns.join(stack) }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let calls = standIns.calls
        standIns.behave(Self.refusing)
        try await Task.sleep(for: Self.length)
        let refused = standIns.calls - calls
        standIns.behave(Self.normal)
        return FaultFindings(
            facts: ["it refused \(refused) searches, which went elsewhere"],
            figures: [.standInCalls: Double(refused)]
        )
    }

    func cleanUp() async throws { try await standIns.stop() }
}
