/// How long a server may take, and how much may wait for it.
public struct RedisLimits: Hashable, Sendable {
    /// How long a reply may take.
    ///
    /// Replies come in order: one that is late makes those behind it late, and ends the connection.
    public var reply = Duration.milliseconds(50)
    /// How long connecting may take, with all that is said before the first command; the name's resolution aside.
    public var connect = Duration.seconds(1)
    /// How many commands of one event loop may wait for replies.
    public var maximumWaiting = 1000
    /// How many bytes of such commands there may be.
    public var maximumWaitingBytes = 4 << 20
    /// How connections are made anew.
    public var pause = ReconnectPause()

    /// The limits unless told otherwise.
    public init() {}
}

/// How long nobody connects after a connection was lost or could not be made.
public struct ReconnectPause: Hashable, Sendable {
    /// The first pause; each one after it is twice as long.
    public var first = Duration.milliseconds(100)
    /// The longest pause.
    public var longest = Duration.seconds(2)
    /// How long a connection has to last for the next pause to be the first one.
    public var steady = Duration.seconds(5)

    /// The pauses unless told otherwise.
    public init() {}

    /// A pause of random length: between half of what it is at most and all of that.
    ///
    /// - Parameters:
    ///   - failures: How many connections were lost before they were steady, or could not be made, one after the other.
    ///   - generator: The source of randomness.
    /// - Returns: How long to wait.
    func duration(after failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(max(0, failures - 1), 30)
        let most = min(longest, first * (1 << doublings))
        return most * Double.random(in: 0.5...1, using: &generator)
    }
}
