/// Where NATS is, who asks, and how long it may take.
public struct NATSSettings: Sendable {
    /// How long it may take to connect to a server, name resolution aside.
    public static let connectLimit = Duration.seconds(2)
    /// How long others are refused at once after no server could be reached.
    public static let refusalPause = Duration.milliseconds(200)
    /// How long a request waits for its answer.
    public static let answerLimit = Duration.seconds(2)
    /// How long a change is tried whose answer got lost.
    public static let changeLimit = Duration.seconds(4)
    /// How long a write may block before the connection counts as lost.
    public static let writeLimit = Duration.seconds(1)
    /// How often an idle connection is probed; it is lost when two answers are missing.
    public static let pingInterval = Duration.seconds(5)
    /// The pause between two attempts to connect again, once all servers have been tried.
    public static let reconnectPause = Duration.milliseconds(100)
    /// The most requests that wait for an answer at a time.
    public static let requestLimit = 4096

    /// The servers and the stream.
    public let address: JetStreamAddress
    /// Tells the user's password, empty where the servers want none; asked for each connection, on a thread that waits.
    public let password: @Sendable () -> String
    /// A PEM file with the authorities that the servers' certificates may be signed by, in place of the system's.
    public let authorities: String?

    /// Describes a connection; nothing is opened yet.
    public init(
        address: JetStreamAddress,
        password: @escaping @Sendable () -> String = { "" },
        authorities: String? = nil
    ) {
        self.address = address
        self.password = password
        self.authorities = authorities
    }
}
