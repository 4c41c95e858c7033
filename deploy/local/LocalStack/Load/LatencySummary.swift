/// How long the requests of a load took, and how many failed.
package struct LatencySummary: Sendable {
    package let requests: Int
    package let failures: [String]
    private let sorted: [Duration]

    init(latencies: [Duration], failures: [String]) {
        sorted = latencies.sorted()
        requests = latencies.count + failures.count
        self.failures = failures
    }

    /// The latency that this share of the answered requests did not exceed (nearest rank).
    package func percentile(_ share: Double) -> Duration {
        guard !sorted.isEmpty else { return .zero }
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return sorted[max(0, min(sorted.count, rank) - 1)]
    }
}
