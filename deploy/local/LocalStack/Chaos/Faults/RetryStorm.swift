/// All replicas refuse so much that everything would be tried again.
struct RetryStorm: Fault {
    private static let normal = StandInReplica.Behaviour(time: .milliseconds(2))
    /// Less than half, so that the breaker stays closed and only the budget holds retries back.
    private static let refusing = StandInReplica.Behaviour(time: .milliseconds(2), refusedPercent: 40)
    private static let length = Duration.seconds(20)
    /// What the budget allows: a fifth of the requests, and ten a second.
    private static let share = 0.2
    private static let reserve = 10.0
    /// For what is under way when counting begins and ends.
    private static let tolerance = 0.01

    private let standIns = StandIns(ChaosSettings.replicas, normal)

    let what =
        "each of \(ChaosSettings.replicas) stand-ins in the place of `search` refuses \(refusing.refusedPercent) of 100 "
        + "requests with 503 for \(length.seconds) s"
    let promise = FaultPromise(
        failures: .only(SearchProbe.unavailable),
        recovery: .seconds(30),
        others: ["the replicas see at most 1.2 times the requests + 10/s, and 1 % for both ends of the count"]
    )

    func adjust(_ configuration: inout StackConfiguration) { configuration.restarts = .never }

    func prepare(_ stack: LocalStack) async throws { try await standIns.replaceSearch(of: stack) }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let (calls, begin) = (standIns.calls, scene.load.elapsed)
        standIns.behave(Self.refusing)
        try await Task.sleep(for: Self.length)
        let (seen, seconds) = (Double(standIns.calls - calls), (scene.load.elapsed - begin) / .seconds(1))
        standIns.behave(Self.normal)
        let sent = seconds * Double(ChaosSettings.rate)
        let allowed = (sent * (1 + Self.share) + Self.reserve * seconds) * (1 + Self.tolerance)
        var findings = FaultFindings(
            facts: ["\(Int(sent.rounded())) searches came to the replicas as \(Int(seen)) requests"],
            figures: [.searches: sent, .calls: seen, .seconds: seconds]
        )
        if seen > allowed { findings.broken.append("more than \(Int(allowed)) requests came to the replicas") }
        return findings
    }

    func cleanUp() async throws { try await standIns.stop() }
}
