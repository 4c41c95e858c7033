public import Metrics
public import ServiceLifecycle

/// Tells the metrics how many messages wait, until shutdown.
///
/// What cannot be counted at the moment is NaN, which is told from nought.
public struct BacklogWatch: Service {
    /// How often it counts, unless told otherwise.
    public static let defaultInterval = Duration.seconds(10)

    private let interval: Duration
    private let measure: @Sendable () async -> Void

    /// Watches a queue: `clowder_queue_depth`, by state, dead letters among them.
    public init(
        of queue: any MessageQueue,
        every interval: Duration = defaultInterval,
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.interval = interval
        measure = {
            let depth: QueueDepth?
            do throws(MessagingError) { depth = try await queue.depth() } catch { depth = nil }
            let counts = [("ready", depth?.ready), ("in-flight", depth?.inFlight), ("dead", depth?.dead)]
            for (state, count) in counts {
                Gauge(label: "clowder_queue_depth", dimensions: [("state", state)], factory: factory)
                    .record(count.map(Double.init) ?? .nan)
            }
        }
    }

    /// Watches an outbox: `clowder_outbox_backlog`, and `clowder_outbox_refused` of it.
    public init(
        of outbox: any Outbox,
        every interval: Duration = defaultInterval,
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.interval = interval
        measure = {
            let counts: (backlog: Int, refused: Int)?
            do throws(MessagingError) {
                counts = (try await outbox.backlog(), try await outbox.refused())
            } catch {
                counts = nil
            }
            Gauge(label: "clowder_outbox_backlog", dimensions: [], factory: factory)
                .record(counts.map { Double($0.backlog) } ?? .nan)
            Gauge(label: "clowder_outbox_refused", dimensions: [], factory: factory)
                .record(counts.map { Double($0.refused) } ?? .nan)
        }
    }

    /// Counts until graceful shutdown or cancellation.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await measure()
                // Throws on cancellation only, which ends the loop.
                try? await Task.sleep(for: interval)
            }
        }
    }
}
