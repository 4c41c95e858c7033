/// Messages that were written in the same transaction as the change they tell of, waiting to be put into a queue.
///
/// Rows have a state of their own: they are claimed, relayed and marked one by one, since reading "everything after the
/// last ID" would lose rows whose transactions commit out of the order of their IDs.
public protocol Outbox: Sendable {
    /// Claims up to `limit` messages nobody else is relaying, the oldest first.
    ///
    /// - Parameters:
    ///   - limit: The most messages to claim.
    ///   - lease: After this time without ``markRelayed(_:)`` others may claim them.
    /// - Returns: The claimed messages in the order they were written; empty when none is waiting.
    /// - Throws: ``MessagingError`` when the outbox cannot be read or written.
    func claim(limit: Int, lease: Duration) async throws(MessagingError) -> [Message]

    /// Notes that the messages with these IDs are in the queue, and erases their bodies.
    func markRelayed(_ ids: [String]) async throws(MessagingError)

    /// Gives claimed messages back, so that they can be claimed again at once.
    func release(_ ids: [String]) async throws(MessagingError)

    /// Sets a claimed message aside that the queue does not take: it stays, with the reason, and may be claimed again
    /// after a pause.
    ///
    /// - Parameters:
    ///   - id: The message; nothing happens where it is relayed or unknown.
    ///   - pause: How long it is left alone, so that it is not in the way of others.
    ///   - reason: What the queue said, for people.
    /// - Throws: ``MessagingError`` when the outbox cannot be written.
    func setAside(_ id: String, for pause: Duration, because reason: String) async throws(MessagingError)

    /// How many messages are not relayed, those that were set aside among them.
    func backlog() async throws(MessagingError) -> Int

    /// How many messages were set aside and are not relayed.
    func refused() async throws(MessagingError) -> Int

    /// For how long the oldest message has been waiting that is neither relayed nor set aside; nil when there is none.
    func longestWait() async throws(MessagingError) -> Duration?
}
