import Synchronization

/// One retry budget for everything that calls the same service, from any thread.
public final class SharedRetryBudget: Sendable {
    /// The moment that the budget's time counts from.
    let start: ContinuousClock.Instant
    private let budget: Mutex<RetryBudget>

    /// Creates a budget.
    ///
    /// - Parameters:
    ///   - budget: The budget to share.
    ///   - start: Any moment before the first call.
    public init(_ budget: RetryBudget, from start: ContinuousClock.Instant) {
        self.start = start
        self.budget = Mutex(budget)
    }

    /// Counts a first attempt.
    public func recordRequest(at now: ContinuousClock.Instant) {
        let time = start.duration(to: now)
        budget.withLock { $0.recordRequest(at: time) }
    }

    /// Takes one retry out of the budget; false when none is left.
    public func takeRetry(at now: ContinuousClock.Instant) -> Bool {
        let time = start.duration(to: now)
        return budget.withLock { $0.takeRetry(at: time) }
    }

    /// Lends the budget, and the time by which it counts.
    func withBudget<Result>(
        at now: ContinuousClock.Instant,
        _ body: (inout RetryBudget, Duration) -> Result
    ) -> Result {
        let time = start.duration(to: now)
        return budget.withLock { body(&$0, time) }
    }
}
