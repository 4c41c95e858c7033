import Synchronization

/// When calls of one kind are sent a second time, from any thread: their latencies, and the budget that they share with
/// retries.
public final class SharedHedge: Sendable {
    private let policy = HedgePolicy(mode: .afterQuantile)
    private let budget: SharedRetryBudget
    private let latencies: Mutex<LatencyQuantile>

    /// Creates hedges that know no latency yet.
    ///
    /// - Parameters:
    ///   - budget: What hedges are taken out of, as retries are.
    ///   - latencies: An empty estimate of the quantile.
    public init(budget: SharedRetryBudget, latencies: LatencyQuantile = LatencyQuantile()) {
        self.budget = budget
        self.latencies = Mutex(latencies)
    }

    /// Counts the latency of a call's first answer.
    public func record(_ latency: Duration, at now: ContinuousClock.Instant) {
        let time = budget.start.duration(to: now)
        latencies.withLock { $0.record(latency, at: time) }
    }

    /// Decides about a safe call that was sent `elapsed` ago and has no answer yet; see ``HedgePolicy``.
    public func decide(after elapsed: Duration, at now: ContinuousClock.Instant) -> HedgePolicy.Decision {
        latencies.withLock { latencies in
            budget.withBudget(at: now) { budget, time in
                policy.decide(after: elapsed, latencies: &latencies, budget: &budget, at: time)
            }
        }
    }
}
