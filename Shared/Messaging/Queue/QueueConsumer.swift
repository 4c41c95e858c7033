import Correlation
import Logging
import Metrics
import ServiceContextModule
public import ServiceLifecycle

/// Works through one topic of a queue until shutdown, at most ``Settings/concurrency`` messages at a time.
///
/// Each message runs in a task of its own under the correlation ID and trace it came with, while its lease is renewed
/// every third of its length. A worker whose lease is lost is cancelled and its outcome dropped: another worker has
/// the message. At graceful shutdown no further message is claimed and those in hand are finished.
public struct QueueConsumer: Service {
    /// What became of one attempt.
    public enum Outcome: Sendable {
        /// It is done.
        case done
        /// It failed and may succeed later.
        case retry(String)
        /// It failed and cannot succeed.
        case dead(String)

        fileprivate var failure: MessageSpan.Failure? {
            switch self {
            case .done: nil
            case .retry(let error): .init(kind: "retry", text: error)
            case .dead(let error): .init(kind: "dead", text: error)
            }
        }
    }

    /// How the consumer works.
    public struct Settings: Sendable {
        /// How long a claim lasts without renewal.
        public static let defaultLease = Duration.seconds(60)
        /// How often an idle consumer looks.
        public static let defaultPollInterval = Duration.milliseconds(100)

        /// The topic.
        public var topic: String
        /// The most messages at a time, at least 1.
        public var concurrency: Int
        /// How long a claim lasts without renewal.
        public var lease: Duration
        /// How often an idle consumer looks.
        public var pollInterval: Duration
        /// When a failed message is tried again.
        public var schedule: RetrySchedule

        /// Creates settings.
        public init(
            topic: String,
            concurrency: Int = 8,
            lease: Duration = defaultLease,
            pollInterval: Duration = defaultPollInterval,
            schedule: RetrySchedule = RetrySchedule()
        ) {
            self.topic = topic
            self.concurrency = concurrency
            self.lease = lease
            self.pollInterval = pollInterval
            self.schedule = schedule
        }
    }

    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(1)

    private let queue: any MessageQueue
    private let settings: Settings
    private let handle: @Sendable (Claim) async -> Outcome

    /// Creates a consumer.
    ///
    /// - Parameters:
    ///   - queue: Where messages come from.
    ///   - settings: How to work.
    ///   - handle: Does the work of one message; cancelled when its lease is lost.
    public init(
        queue: any MessageQueue,
        settings: Settings,
        handle: @escaping @Sendable (Claim) async -> Outcome
    ) {
        self.queue = queue
        self.settings = settings
        self.handle = handle
    }

    /// Works until graceful shutdown or cancellation.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            let slots = Slots(settings.concurrency)
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                let free = slots.free
                guard free > 0 else {
                    await cancelWhenGracefulShutdown { await slots.waitForOne() }
                    continue
                }
                let claims = await claim(limit: free)
                for claim in claims {
                    slots.take()
                    group.addTask {
                        defer { slots.give() }
                        await work(on: claim)
                    }
                }
                if claims.isEmpty {
                    // Shutdown cuts the pause short; there is nothing to clean up.
                    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: settings.pollInterval) }
                }
            }
        }
    }

    private func claim(limit: Int) async -> [Claim] {
        do {
            return try await queue.claim(topic: settings.topic, limit: limit, lease: settings.lease)
        } catch {
            Logger.current.warning("queue cannot be read; trying again", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func work(on claim: Claim) async {
        var generator = SystemRandomNumberGenerator()
        let context = CorrelationHeaders.context(fromMessage: claim.message.headers, using: &generator)
        let start = ContinuousClock.now
        await ServiceContext.withValue(context) {
            let outcome =
                claim.attempt > settings.schedule.maximumAttempts
                ? .dead("given up: \(claim.attempt - 1) attempts ended without an outcome")
                : await handleWithHeartbeat(claim)
            guard let outcome else {
                Logger.current.warning("lease lost; another worker has the message", metadata: metadata(of: claim))
                count("lease-lost")
                let failure = MessageSpan.Failure(kind: "lease-lost", text: "lease lost")
                return MessageSpan.record(.consumer, claim, since: start, failure: failure)
            }
            await settle(claim, as: outcome)
            MessageSpan.record(.consumer, claim, since: start, failure: outcome.failure)
        }
    }

    /// The handler's outcome, or nil when the lease was lost meanwhile.
    private func handleWithHeartbeat(_ claim: Claim) async -> Outcome? {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await handle(claim) }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: settings.lease / 3)  // Throws on cancellation only, which ends the loop.
                    guard !Task.isCancelled else { break }
                    guard await renew(claim) else { return nil }
                }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// Whether the claim is still ours, as far as is known.
    private func renew(_ claim: Claim) async -> Bool {
        do {
            try await queue.renew(claim, lease: settings.lease)
        } catch {
            guard error.code != .leaseLost else { return false }
            Logger.current.warning("lease cannot be renewed; trying again", metadata: ["error": "\(error)"])
            Counter(label: "clowder_queue_renewal_failures_total", dimensions: [("topic", settings.topic)]).increment()
        }
        return true
    }

    /// Records the outcome; while the queue is away it is tried again, for as long as the lease may last.
    ///
    /// What was done must not be done again because the queue was away for a moment.
    private func settle(_ claim: Claim, as outcome: Outcome) async {
        let end = ContinuousClock.now + settings.lease
        var pause = Self.firstPause
        while true {
            do throws(MessagingError) {
                return try await record(outcome, of: claim)
            } catch {
                var metadata = metadata(of: claim)
                metadata["error"] = "\(error)"
                guard error.code == .unavailable, ContinuousClock.now + pause < end, !Task.isCancelled else {
                    Logger.current.warning(
                        "outcome not recorded; the message will be delivered again",
                        metadata: metadata
                    )
                    return count("unrecorded")
                }
                Logger.current.warning("outcome not recorded; trying again", metadata: metadata)
                // Throws on cancellation only, which is looked at before the next pause.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    private func record(_ outcome: Outcome, of claim: Claim) async throws(MessagingError) {
        var metadata = metadata(of: claim)
        switch outcome {
        case .done:
            try await queue.complete(claim)
            count("done")
        case .retry(let error):
            var generator = SystemRandomNumberGenerator()
            metadata["error"] = "\(error)"
            guard let pause = settings.schedule.pause(afterAttempt: claim.attempt, using: &generator) else {
                return try await bury(claim, error, metadata)
            }
            metadata["retry.after"] = "\(pause)"
            try await queue.retry(claim, after: pause, error: error)
            Logger.current.warning("message failed; it is tried again", metadata: metadata)
            count("retry")
        case .dead(let error):
            metadata["error"] = "\(error)"
            try await bury(claim, error, metadata)
        }
    }

    private func bury(_ claim: Claim, _ error: String, _ metadata: Logger.Metadata) async throws(MessagingError) {
        try await queue.bury(claim, error: error)
        Logger.current.error("message given up; it is a dead letter", metadata: metadata)
        count("dead")
    }

    private func metadata(of claim: Claim) -> Logger.Metadata {
        [
            "message.id": "\(claim.message.id)", "message.topic": "\(claim.message.topic)",
            "attempt": .stringConvertible(claim.attempt),
        ]
    }

    private func count(_ outcome: String) {
        Counter(
            label: "clowder_queue_messages_total",
            dimensions: [("topic", settings.topic), ("outcome", outcome)]
        ).increment()
    }
}
