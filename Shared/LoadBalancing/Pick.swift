public import Discovery

/// One call that a pool gave a replica to; goes back to the pool with the call's outcome, exactly once.
public struct Pick: Sendable {
    /// The replica to call.
    public let endpoint: Endpoint
    /// Whether the call tests an ejected replica.
    public let isProbe: Bool
    /// Whether fewer than half of the replicas were in use.
    let isPanic: Bool
    /// The replica among all that the pool ever had.
    let serial: Int
    /// Where the replica was in the set, as a hint.
    let slot: Int
    /// The replica's epoch, which tells this call from those before an ejection or a return.
    let epoch: Int
    let startedAt: Duration
}
