public import Discovery

/// What a pool knows of one replica at one moment.
public struct ReplicaSnapshot: Hashable, Sendable {
    /// The replica.
    public let endpoint: Endpoint
    /// Calls in flight from this process.
    public let outstanding: Int
    /// Failures since the last success.
    public let consecutiveFailures: Int
    /// How much longer it is left out; nil when it is in use.
    public let ejectedFor: Duration?
}
