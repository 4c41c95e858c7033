/// How long the connections of a TCP route may take.
public struct TCPLimits: Hashable, Sendable {
    /// How long connecting to a replica may take.
    public static let defaultConnectTime = Duration.seconds(1)
    /// How long nothing may pass either way.
    public static let defaultIdleTime = Duration.seconds(300)
    /// How long a connection may last in all.
    public static let defaultTotalTime = Duration.seconds(3600)
    /// How many connections a route may have at once.
    public static let defaultMaximumConnections = 1000
    /// Replicas that are tried before the client is turned away.
    public static let attempts = 3

    /// How long connecting to a replica may take.
    public var connectTime: Duration
    /// How long nothing may pass either way; a side that does not take what it is sent lets nothing pass.
    public var idleTime: Duration
    /// How long a connection may last in all, from the client's arrival.
    public var totalTime: Duration
    /// How many connections the route may have at once, each of which takes two descriptors; more are reset.
    public var maximumConnections: Int

    /// Creates limits; the defaults are the named constants.
    public init(
        connectTime: Duration = TCPLimits.defaultConnectTime,
        idleTime: Duration = TCPLimits.defaultIdleTime,
        totalTime: Duration = TCPLimits.defaultTotalTime,
        maximumConnections: Int = TCPLimits.defaultMaximumConnections
    ) {
        self.connectTime = connectTime
        self.idleTime = idleTime
        self.totalTime = totalTime
        self.maximumConnections = maximumConnections
    }
}
