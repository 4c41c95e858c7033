public import FoundationEssentials

/// The messages that were given up, for people to look at, to replay and to remove.
public protocol DeadLetterStore: Sendable {
    /// A page of dead letters, the latest dead first.
    ///
    /// - Parameters:
    ///   - cursor: Where the last page ended; nil for the first.
    ///   - limit: The most letters to return.
    /// - Returns: The letters, and the cursor of the next page when there is one.
    /// - Throws: ``MessagingError`` when the cursor is none of the store's, or the store cannot be read.
    func deadLetters(after cursor: String?, limit: Int) async throws(MessagingError) -> DeadLetterPage

    /// One dead letter, or nil.
    func deadLetter(id: String) async throws(MessagingError) -> DeadLetter?

    /// Puts a dead letter back into the queue, due at once with a fresh count of attempts; its history stays.
    ///
    /// - Returns: Whether there was such a letter.
    func replay(id: String) async throws(MessagingError) -> Bool

    /// Puts all dead letters back; their number.
    func replayAll() async throws(MessagingError) -> Int

    /// Removes a dead letter for good; whether there was one.
    func delete(id: String) async throws(MessagingError) -> Bool
}

/// A message that was given up.
public struct DeadLetter: Hashable, Sendable {
    /// One failed attempt.
    public struct Failure: Hashable, Sendable, Codable {
        /// When.
        public var at: Date
        /// The attempt's number, from 1.
        public var attempt: Int
        /// What went wrong.
        public var message: String

        /// Creates a failure.
        public init(at: Date, attempt: Int, message: String) {
            self.at = at
            self.attempt = attempt
            self.message = message
        }
    }

    /// The message.
    public var message: Message
    /// When it entered the queue.
    public var enqueuedAt: Date
    /// When it was given up.
    public var deadAt: Date
    /// How often it was tried since it was last put into the queue.
    public var attempts: Int
    /// The latest failures, the oldest first.
    public var failures: [Failure]

    /// Creates a letter.
    public init(message: Message, enqueuedAt: Date, deadAt: Date, attempts: Int, failures: [Failure]) {
        self.message = message
        self.enqueuedAt = enqueuedAt
        self.deadAt = deadAt
        self.attempts = attempts
        self.failures = failures
    }
}

extension [DeadLetter.Failure] {
    /// What a queue keeps of an error history: the latest twenty failures, each cut to 500 characters.
    public var limited: [DeadLetter.Failure] {
        suffix(20).map { failure in
            var failure = failure
            failure.message = String(failure.message.prefix(500))
            return failure
        }
    }
}

/// A page of dead letters.
public struct DeadLetterPage: Hashable, Sendable {
    /// The letters.
    public var letters: [DeadLetter]
    /// Where the next page starts; nil on the last.
    public var nextCursor: String?

    /// Creates a page.
    public init(letters: [DeadLetter], nextCursor: String?) {
        self.letters = letters
        self.nextCursor = nextCursor
    }
}
