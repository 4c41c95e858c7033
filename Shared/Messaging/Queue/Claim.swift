/// One delivery of a message to one consumer.
public struct Claim: Hashable, Sendable {
    /// The message.
    public let message: Message
    /// The number of this delivery, from 1; deliveries that ended with a crash count.
    public let attempt: Int
    /// Grows with each delivery; the store takes an outcome only with the latest.
    public let fence: Int64

    /// Creates a claim.
    public init(message: Message, attempt: Int, fence: Int64) {
        self.message = message
        self.attempt = attempt
        self.fence = fence
    }
}
