/// Removing messages for what they say, whatever state they are in: what is kept of a person who asked to be erased.
public protocol MessageErasure: Sendable {
    /// Ends the life of every message of a topic that matches: waiting, claimed or dead.
    ///
    /// Bodies and errors are erased, IDs stay known, and a claim on such a message is lost. What is being handled at this
    /// moment may still take effect.
    /// - Parameters:
    ///   - topic: The topic of the messages.
    ///   - matches: Whether a message is to be erased.
    /// - Returns: How many messages were erased.
    /// - Throws: ``MessagingError`` when the store cannot be read or written; calling again goes on.
    func erase(topic: String, where matches: @Sendable (Message) -> Bool) async throws(MessagingError) -> Int
}
