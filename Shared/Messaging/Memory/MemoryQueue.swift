public import FoundationEssentials
import Synchronization

/// A message queue in the memory of one process: for tests, and for a process whose messages may die with it.
///
/// It keeps every promise of a queue but two: nothing survives the process, and it remembers the IDs of no more done
/// messages than it has places for messages. Whoever shares the object shares the queue.
public final class MemoryQueue: MessageQueue, DeadLetterStore, MessageErasure {
    /// How long the ID of a done message is remembered at most: of too many, the oldest are forgotten.
    public static let dedupeWindow = Duration.seconds(7 * 24 * 3600)
    /// How many messages that are not done it holds at most, dead letters included.
    public static let defaultCapacity = 100_000

    private let state: Mutex<MemoryQueueState>
    private let now: @Sendable () -> Date

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - capacity: How many messages that are not done it holds at most; as many IDs of done ones are remembered, the
    ///     latest.
    ///   - now: The wall clock.
    public init(capacity: Int = defaultCapacity, now: @escaping @Sendable () -> Date) {
        state = Mutex(MemoryQueueState(capacity: capacity))
        self.now = now
    }

    // MARK: The queue

    /// Adds the message unless its ID is known.
    ///
    /// - Throws: ``MessagingError``, unavailable, while the queue is full.
    public func enqueue(_ message: Message, delay: Duration) async throws(MessagingError) -> EnqueueOutcome {
        let time = now()
        return try state.withLock { state throws(MessagingError) in try state.enqueue(message, after: delay, at: time) }
    }

    /// Takes what is due: ready messages, and claimed ones whose lease ran out.
    public func claim(topic: String, limit: Int, lease: Duration) async throws(MessagingError) -> [Claim] {
        let time = now()
        return state.withLock { $0.claim(topic: topic, limit: limit, lease: lease, at: time) }
    }

    /// Moves the lease's end.
    public func renew(_ claim: Claim, lease: Duration) async throws(MessagingError) {
        try settle(claim, by: .renewed(lease))
    }

    /// Ends the message's life; its ID stays known.
    public func complete(_ claim: Claim) async throws(MessagingError) {
        try settle(claim, by: .completed)
    }

    /// Makes the message ready again after the pause.
    public func retry(_ claim: Claim, after pause: Duration, error: String) async throws(MessagingError) {
        try settle(claim, by: .failed(error, pause: pause))
    }

    /// Makes the message a dead letter.
    public func bury(_ claim: Claim, error: String) async throws(MessagingError) {
        try settle(claim, by: .buried(error))
    }

    /// Counts messages by state.
    public func depth() async throws(MessagingError) -> QueueDepth {
        state.withLock { $0.depth }
    }

    /// Looks at the first of each topic.
    public func longestDue() async throws(MessagingError) -> Duration? {
        let time = now()
        guard let first = state.withLock({ $0.firstDue(at: time) }) else { return nil }
        return .seconds(time.timeIntervalSince(first))
    }

    private func settle(_ claim: Claim, by outcome: MemoryQueueState.Outcome) throws(MessagingError) {
        let time = now()
        try state.withLock { state throws(MessagingError) in try state.settle(claim, by: outcome, at: time) }
    }

    // MARK: Dead letters

    /// A page in the order of death, the latest first; the cursor is the number of the last one's.
    public func deadLetters(after cursor: String?, limit: Int) async throws(MessagingError) -> DeadLetterPage {
        let death = try cursor.map { cursor throws(MessagingError) in
            guard let death = Int64(cursor) else {
                throw MessagingError(.invalidCursor, "the cursor is none of this queue's")
            }
            return death
        }
        return state.withLock { $0.deadLetters(before: death ?? .max, limit: limit) }
    }

    /// The dead letter with this ID.
    public func deadLetter(id: String) async throws(MessagingError) -> DeadLetter? {
        state.withLock { $0.deadLetter(id: id) }
    }

    /// Makes the letter ready, due at once.
    public func replay(id: String) async throws(MessagingError) -> Bool {
        let time = now()
        return state.withLock { $0.replay(id: id, at: time) }
    }

    /// Makes all letters ready, due at once.
    public func replayAll() async throws(MessagingError) -> Int {
        let time = now()
        return state.withLock { $0.replayAll(at: time) }
    }

    /// Removes the letter but keeps its ID, so that it cannot come back from an outbox.
    public func delete(id: String) async throws(MessagingError) -> Bool {
        let time = now()
        return state.withLock { $0.delete(id: id, at: time) }
    }

    // MARK: Erasure

    /// Asks `matches` without holding the lock; a message that enters the queue meanwhile is not looked at.
    public func erase(topic: String, where matches: @Sendable (Message) -> Bool) async throws(MessagingError) -> Int {
        let ids = state.withLock { $0.messages(topic: topic) }.filter(matches).map(\.id)
        let time = now()
        return state.withLock { $0.erase(ids, at: time) }
    }
}
