public import Discovery

/// How one client's connection through a TCP route went.
public struct TCPSessionReport: Hashable, Sendable {
    /// Why it ended.
    public enum Outcome: String, Hashable, Sendable {
        /// Both sides said all that they had to say.
        case complete
        /// No replica could be reached.
        case unreachable
        /// There were too many connections already.
        case turnedAway = "turned-away"
        /// The client or the replica broke off; the other one's connection was reset too.
        case reset
        /// Nothing passed for ``TCPLimits/idleTime``.
        case idle
        /// It lasted for ``TCPLimits/totalTime``.
        case tooLong = "too-long"
        /// The listener was stopped.
        case stopped
    }

    /// Why it ended.
    public var outcome: Outcome
    /// The replica that it led to; nil when none was reached.
    public var replica: Endpoint?
    /// The client's address without its port.
    public var peer: String?
    /// Bytes that came from the client.
    public var received: Int
    /// Bytes that came from the replica.
    public var sent: Int
    /// From the client's arrival to the end.
    public var duration: Duration
}
