package import FoundationEssentials

/// A mail that was given up.
package struct DeadLetterReply: Codable, Sendable {
    /// One failed attempt.
    package struct Failure: Codable, Sendable {
        package var at: Date
        package var attempt: Int
        package var message: String

        package init(at: Date, attempt: Int, message: String) {
            self.at = at
            self.attempt = attempt
            self.message = message
        }
    }

    package var id: String
    package var topic: String
    package var enqueuedAt: Date
    package var deadAt: Date
    package var attempts: Int
    /// The mailbox with most of its local part hidden.
    package var recipient: String?
    package var template: String?
    package var correlationId: String?
    package var lastError: String?
    /// The whole history; only where one letter is asked for.
    package var errors: [Failure]?

    package init(id: String, topic: String, enqueuedAt: Date, deadAt: Date, attempts: Int) {
        self.id = id
        self.topic = topic
        self.enqueuedAt = enqueuedAt
        self.deadAt = deadAt
        self.attempts = attempts
    }
}

/// A page of dead letters.
package struct DeadLetterPageReply: Codable, Sendable {
    package var items: [DeadLetterReply]
    package var nextCursor: String?

    package init(items: [DeadLetterReply], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// How many letters went back into the queue.
package struct ReplayReply: Codable, Sendable {
    package var replayed: Int

    package init(replayed: Int) {
        self.replayed = replayed
    }
}
