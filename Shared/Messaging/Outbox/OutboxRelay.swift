import Correlation
import Logging
import Metrics
import ServiceContextModule
public import ServiceLifecycle

/// Moves messages from an outbox into a queue until shutdown, in order but for those set aside, at least once.
///
/// A crash between the two stores relays a message again; the queue drops it by its ID. While the queue is away
/// messages wait in the outbox, and the relay tries again each ``pollInterval``. A message that the queue refuses, such
/// as one that is too long for it, is set aside and tried again each ``refusalPause``: those behind it do not wait for
/// it, and reach the queue before it. Several relays may share one outbox.
public struct OutboxRelay: Service {
    /// How many messages are moved at a time.
    public static let batchSize = 100
    /// How long a claim on a batch lasts.
    public static let lease = Duration.seconds(10)

    /// How long a message is left alone that the queue has refused.
    public static let refusalPause = Duration.seconds(600)

    private let outbox: any Outbox
    private let queue: any MessageQueue
    private let pollInterval: Duration

    /// Creates a relay.
    ///
    /// - Parameters:
    ///   - outbox: Where messages come from.
    ///   - queue: Where they go.
    ///   - pollInterval: How often an idle relay looks.
    public init(outbox: any Outbox, queue: any MessageQueue, pollInterval: Duration = .milliseconds(100)) {
        self.outbox = outbox
        self.queue = queue
        self.pollInterval = pollInterval
    }

    /// Relays until graceful shutdown or cancellation.
    public func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let moved = await relayBatch()
            if moved < Self.batchSize {
                // Shutdown cuts the pause short; there is nothing to clean up.
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pollInterval) }
            }
        }
    }

    /// Moves one batch; the number of messages that reached the queue.
    public func relayBatch() async -> Int {
        var relayed: [String] = []
        var waiting: ArraySlice<String> = []
        do {
            let messages = try await outbox.claim(limit: Self.batchSize, lease: Self.lease)
            waiting = messages.map(\.id)[...]
            for message in messages {
                if try await relay(message) { relayed.append(message.id) }
                waiting.removeFirst()
            }
        } catch {
            Logger.current.warning("outbox relay failed; trying again", metadata: ["error": "\(error)"])
        }
        await settle(relayed, waiting: Array(waiting))
        return relayed.count
    }

    /// Whether the queue has the message now; one that it refuses is set aside.
    private func relay(_ message: Message) async throws(MessagingError) -> Bool {
        let start = ContinuousClock.now
        var refusal: MessagingError?
        do throws(MessagingError) {
            _ = try await queue.enqueue(message, delay: .zero)
        } catch {
            guard error.code == .refused else { throw error }
            try await outbox.setAside(message.id, for: Self.refusalPause, because: "\(error)")
            refusal = error
        }
        tell(of: message, refusal, since: start)
        return refusal == nil
    }

    private func settle(_ relayed: [String], waiting: [String]) async {
        do {
            if !relayed.isEmpty { try await outbox.markRelayed(relayed) }
            if !waiting.isEmpty { try await outbox.release(waiting) }
        } catch {
            Logger.current.warning("outbox not updated; its lease ends by itself", metadata: ["error": "\(error)"])
        }
        if !relayed.isEmpty { Counter(label: "clowder_outbox_relayed_total").increment(by: relayed.count) }
    }

    private func tell(of message: Message, _ refusal: MessagingError?, since start: ContinuousClock.Instant) {
        var generator = SystemRandomNumberGenerator()
        let context = CorrelationHeaders.context(fromMessage: message.headers, using: &generator)
        var metadata: Logger.Metadata = ["message.id": "\(message.id)", "message.topic": "\(message.topic)"]
        ServiceContext.withValue(context) {
            if let refusal {
                metadata["error"] = "\(refusal)"
                Logger.current.error("queue refuses a message; it is set aside in the outbox", metadata: metadata)
            } else {
                Logger.current.info("message relayed from outbox to queue", metadata: metadata)
            }
            let failure = refusal.map { MessageSpan.Failure(kind: "refused", text: "\($0)") }
            MessageSpan.record(.producer, message, since: start, failure: failure)
        }
    }
}
