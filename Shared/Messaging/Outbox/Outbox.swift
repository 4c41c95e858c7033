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

    /// How many messages are not relayed.
    func backlog() async throws(MessagingError) -> Int
}
