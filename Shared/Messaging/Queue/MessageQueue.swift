/// A durable queue with at-least-once delivery to competing consumers.
///
/// A message is *claimed* for the length of a lease. Whoever holds the claim renews the lease while working and then
/// settles it: ``complete(_:)``, ``retry(_:after:error:)`` or ``bury(_:error:)``. A claim whose lease runs out goes to
/// another consumer with a higher fence number; settling with the old number fails with
/// ``MessagingError/Code/leaseLost`` and changes nothing.
public protocol MessageQueue: Sendable {
    /// Puts a message at the queue's end, durably before this returns.
    ///
    /// - Parameters:
    ///   - message: The message, told from others by its ID.
    ///   - delay: How long it stays invisible.
    /// - Returns: Whether it is new; an ID that is remembered, even of a message that is done, changes nothing.
    /// - Throws: ``MessagingError`` when the queue cannot be written.
    func enqueue(_ message: Message, delay: Duration) async throws(MessagingError) -> EnqueueOutcome

    /// Claims up to `limit` messages of a topic that are due, the longest due first; empty when there are none.
    func claim(topic: String, limit: Int, lease: Duration) async throws(MessagingError) -> [Claim]

    /// Extends the lease to `lease` from this moment.
    func renew(_ claim: Claim, lease: Duration) async throws(MessagingError)

    /// Ends the message's life: it is done, and its body is erased.
    func complete(_ claim: Claim) async throws(MessagingError)

    /// Gives the message back to be claimed after a pause, with the error added to its history.
    func retry(_ claim: Claim, after pause: Duration, error: String) async throws(MessagingError)

    /// Makes the message a dead letter, with the error added to its history.
    func bury(_ claim: Claim, error: String) async throws(MessagingError)

    /// How many messages are in which state.
    func depth() async throws(MessagingError) -> QueueDepth

    /// For how long the message that has been due the longest has been so; nil when none is.
    ///
    /// A claimed message is due once its lease has run out; a dead letter is not.
    func longestDue() async throws(MessagingError) -> Duration?
}

/// Whether a message was new to the queue.
public enum EnqueueOutcome: Hashable, Sendable {
    /// It was, and is now in the queue.
    case accepted
    /// Its ID was there before; nothing changed.
    case duplicate
}

/// How many messages are in which state.
public struct QueueDepth: Hashable, Sendable {
    /// Waiting, retries included.
    public var ready: Int
    /// Claimed.
    public var inFlight: Int
    /// Dead letters.
    public var dead: Int

    /// Creates a count.
    public init(ready: Int, inFlight: Int, dead: Int) {
        self.ready = ready
        self.inFlight = inFlight
        self.dead = dead
    }
}
