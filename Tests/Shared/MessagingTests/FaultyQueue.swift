import Messaging

/// A queue that asks before it passes an operation on; what the question throws becomes the operation's failure.
struct FaultyQueue: MessageQueue {
    enum Operation: Sendable, Equatable {
        case enqueue, claim, renew, complete, retry, bury, depth
    }

    let queue: any MessageQueue
    let before: @Sendable (Operation) throws(MessagingError) -> Void

    func enqueue(_ message: Message, delay: Duration) async throws(MessagingError) -> EnqueueOutcome {
        try before(.enqueue)
        return try await queue.enqueue(message, delay: delay)
    }

    func claim(topic: String, limit: Int, lease: Duration) async throws(MessagingError) -> [Claim] {
        try before(.claim)
        return try await queue.claim(topic: topic, limit: limit, lease: lease)
    }

    func renew(_ claim: Claim, lease: Duration) async throws(MessagingError) {
        try before(.renew)
        try await queue.renew(claim, lease: lease)
    }

    func complete(_ claim: Claim) async throws(MessagingError) {
        try before(.complete)
        try await queue.complete(claim)
    }

    func retry(_ claim: Claim, after pause: Duration, error: String) async throws(MessagingError) {
        try before(.retry)
        try await queue.retry(claim, after: pause, error: error)
    }

    func bury(_ claim: Claim, error: String) async throws(MessagingError) {
        try before(.bury)
        try await queue.bury(claim, error: error)
    }

    func depth() async throws(MessagingError) -> QueueDepth {
        try before(.depth)
        return try await queue.depth()
    }

    func longestDue() async throws(MessagingError) -> Duration? {
        try before(.depth)
        return try await queue.longestDue()
    }
}
