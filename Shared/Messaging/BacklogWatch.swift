public import Metrics
public import ServiceLifecycle

/// Tells the metrics how many messages wait and for how long, until shutdown.
///
/// What cannot be counted at the moment is NaN, which is told from nought. Where nothing waits the age is nought.
public struct BacklogWatch: Service {
    /// How often it counts, unless told otherwise.
    public static let defaultInterval = Duration.seconds(10)

    private let interval: Duration
    private let measure: @Sendable () async -> Void

    /// Watches a queue: `clowder_queue_depth`, by state, dead letters among them, and `clowder_queue_oldest_due_age_seconds`.
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
            let age: Duration??
            do throws(MessagingError) { age = .some(try await queue.longestDue()) } catch { age = nil }
            Gauge(label: "clowder_queue_oldest_due_age_seconds", dimensions: [], factory: factory)
                .record(Self.seconds(age))
        }
    }

    /// Watches an outbox: `clowder_outbox_backlog`, `clowder_outbox_refused` of it, and
    /// `clowder_outbox_oldest_age_seconds` of the rest.
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
            let age: Duration??
            do throws(MessagingError) { age = .some(try await outbox.longestWait()) } catch { age = nil }
            Gauge(label: "clowder_outbox_oldest_age_seconds", dimensions: [], factory: factory)
                .record(Self.seconds(age))
        }
    }

    /// Nought where nothing waits, NaN where that is not known.
    private static func seconds(_ age: Duration??) -> Double {
        guard let age else { return .nan }
        return age?.inSeconds ?? 0
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
