/// Whether a safe call that takes long is sent a second time, elsewhere, and the first answer taken.
///
/// The second call goes out when the first has taken longer than 95 % of calls do, which adds at most a twentieth to the
/// load (J. Dean and L. Barroso, "The Tail at Scale", CACM 2013), and only if the budget of retries allows it, which
/// keeps that bound when all calls become slow at once.
public struct HedgePolicy: Hashable, Sendable {
    /// Whether hedges are sent.
    public enum Mode: Hashable, Sendable {
        /// No hedges.
        case off
        /// One hedge for each call that outlasts the quantile.
        case afterQuantile
    }

    /// What to do about a call that has no answer yet.
    public enum Decision: Hashable, Sendable {
        /// No hedge for this call; do not ask again.
        case never
        /// Ask again after this time.
        case wait(Duration)
        /// Send the hedge, which is taken out of the budget; do not ask again.
        case hedge
    }

    /// Hedges are off unless they are asked for.
    public static let defaultMode = Mode.off

    /// Whether hedges are sent.
    public var mode: Mode

    /// Creates a policy.
    public init(mode: Mode = HedgePolicy.defaultMode) {
        self.mode = mode
    }

    /// Decides about a safe call that was sent `elapsed` ago and has no answer yet.
    ///
    /// - Parameters:
    ///   - elapsed: How long the call has taken so far.
    ///   - latencies: The latencies of calls of its kind.
    ///   - budget: The budget that its retries come from.
    ///   - time: Time since the fixed moment of `latencies` and `budget`.
    /// - Returns: ``Decision/never`` when hedges are off, the quantile is unknown or the budget is spent.
    public func decide(
        after elapsed: Duration,
        latencies: inout LatencyQuantile,
        budget: inout RetryBudget,
        at time: Duration
    ) -> Decision {
        guard mode == .afterQuantile, let quantile = latencies.estimate(at: time) else { return .never }
        guard elapsed >= quantile else { return .wait(quantile - elapsed) }
        return budget.takeRetry(at: time) ? .hedge : .never
    }
}
