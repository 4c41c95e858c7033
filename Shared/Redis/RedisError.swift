/// Why a command has no reply that can be used.
public struct RedisError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A reason that callers may branch on.
    public enum Code: Hashable, Sendable {
        /// There is no connection; one is being made in the background. The command was not sent.
        case unavailable
        /// The connection ended before the reply. The command may have been carried out.
        case broken
        /// The reply did not come in time. The command may have been carried out.
        case timedOut
        /// As many commands as may wait for replies do so. The command was not sent.
        case busy
        /// The server refused the command, for the reason that ``RedisError/description`` begins with.
        case refused
        /// The server answers what is not its protocol, or not what the command is answered by.
        case unexpected
    }

    /// The reason.
    public let code: Code
    /// What happened, for people.
    public let description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
