import LoadBalancing

/// Collects what callers see from the scenario's onset on.
struct Measurement {
    private var latencies: [Int64] = []
    private var failures = 0
    private var callsByReplica: [Int]
    private(set) var ejectedAt: Int64?

    init(replicas: Int) {
        callsByReplica = [Int](repeating: 0, count: replicas)
    }

    mutating func recordCall(to replica: Int, at time: Int64) {
        if time >= Scenario.onset.inNanoseconds { callsByReplica[replica] += 1 }
    }

    mutating func recordEnd(after latency: Int64, arrivedAt: Int64, as outcome: EndpointPool.Outcome) {
        guard arrivedAt >= Scenario.onset.inNanoseconds else { return }
        latencies.append(latency)
        failures += outcome == .failure ? 1 : 0
    }

    mutating func recordEjection(at time: Int64) {
        ejectedAt = time
    }

    func result(affected: Int?) -> LabResult {
        let sorted = latencies.sorted()
        let mean = Double(callsByReplica.reduce(0, +)) / Double(callsByReplica.count)
        return LabResult(
            p50: Self.quantile(0.5, of: sorted),
            p99: Self.quantile(0.99, of: sorted),
            p999: Self.quantile(0.999, of: sorted),
            failedShare: Double(failures) / Double(max(1, sorted.count)),
            imbalance: Double(callsByReplica.max() ?? 0) / mean,
            affectedShare: affected.map { Double(callsByReplica[$0]) / mean },
            timeToEject: ejectedAt.map { .nanoseconds($0) - Scenario.onset }
        )
    }

    /// The smallest latency that this share of calls did not exceed.
    private static func quantile(_ share: Double, of sorted: [Int64]) -> Duration {
        guard !sorted.isEmpty else { return .zero }
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return .nanoseconds(sorted[min(sorted.count, max(1, rank)) - 1])
    }
}
