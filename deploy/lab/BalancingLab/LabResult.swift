/// What callers saw of one policy in one scenario, from the scenario's onset on.
public struct LabResult: Hashable, Sendable {
    /// The median latency of all calls, failed ones included.
    public let p50: Duration
    /// The latency that one call in a hundred exceeds.
    public let p99: Duration
    /// The latency that one call in a thousand exceeds.
    public let p999: Duration
    /// The share of calls that failed or were given up, 0 to 1.
    public let failedShare: Double
    /// Calls of the replica that had most, as a multiple of the mean.
    public let imbalance: Double
    /// Calls of the replica that something happened to, as a multiple of the mean; nil when nothing happened to any.
    public let affectedShare: Double?
    /// The time from the onset to that replica's first ejection; nil when it was not ejected.
    public let timeToEject: Duration?
}
