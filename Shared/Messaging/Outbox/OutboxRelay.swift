import Correlation
import Logging
import Metrics
import ServiceContextModule
public import ServiceLifecycle

/// Moves messages from an outbox into a queue until shutdown, in order, at least once.
///
/// A crash between the two stores relays a message again; the queue drops it by its ID. While the queue is away
/// messages wait in the outbox, and the relay tries again each ``pollInterval``. Several relays may share one outbox.
public struct OutboxRelay: Service {
    /// How many messages are moved at a time.
    public static let batchSize = 100
    /// How long a claim on a batch lasts.
    public static let lease = Duration.seconds(10)

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
                let start = ContinuousClock.now
                _ = try await queue.enqueue(message, delay: .zero)
                relayed.append(message.id)
                waiting.removeFirst()
                log(message, since: start)
            }
        } catch {
            Logger.current.warning("outbox relay failed; trying again", metadata: ["error": "\(error)"])
        }
        await settle(relayed, waiting: Array(waiting))
        return relayed.count
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

    private func log(_ message: Message, since start: ContinuousClock.Instant) {
        var generator = SystemRandomNumberGenerator()
        let context = CorrelationHeaders.context(fromMessage: message.headers, using: &generator)
        ServiceContext.withValue(context) {
            Logger.current.info(
                "message relayed from outbox to queue",
                metadata: ["message.id": "\(message.id)", "message.topic": "\(message.topic)"]
            )
            MessageSpan.record(.producer, message, since: start)
        }
    }
}
