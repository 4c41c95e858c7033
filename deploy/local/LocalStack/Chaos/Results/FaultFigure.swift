/// What whoever made a fault counted or measured besides the load.
package enum FaultFigure: String, Sendable {
    /// Requests that a stand-in got while it was odd.
    case standInCalls
    /// How often a process was replaced.
    case restarts
    /// The answered share of what can be answered.
    case goodput
    /// Searches that were sent while the replicas refused.
    case searches
    /// Requests that the replicas saw meanwhile.
    case calls
    /// How many seconds that took.
    case seconds
    /// Connections that were opened and closed.
    case connections
    /// Descriptors that the gateway has more than before.
    case descriptorGrowth
    /// MiB that the gateway holds more than before.
    case memoryGrowth
    /// Slow clients that were sent away in time.
    case closedInTime
    /// Slow clients that were sent away late, or not at all.
    case closedLate
    /// Clients that could not connect.
    case refused
    /// Clients of a TCP route that were answered.
    case answered
    /// Clients that saw no end.
    case held
    /// Connections that were left.
    case leaked
}
