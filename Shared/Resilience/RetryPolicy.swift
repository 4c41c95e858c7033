/// When and after which pause a failed call is tried again.
///
/// Pauses are "full jitter": uniform in `[0, min(maximumPause, basePause · 2ⁿ)]` for the n-th retry from 0, which
/// spreads the retries of many clients best (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015).
public struct RetryPolicy: Hashable, Sendable {
    /// How often a call is tried in all, the first time included.
    public static let defaultMaximumAttempts = 3
    /// The upper end of the first pause.
    public static let defaultBasePause = Duration.milliseconds(50)
    /// The upper end of every pause.
    public static let defaultMaximumPause = Duration.seconds(1)

    /// How often a call is tried in all, at least 1.
    public var maximumAttempts: Int
    /// The upper end of the first pause.
    public var basePause: Duration
    /// The upper end of every pause.
    public var maximumPause: Duration

    /// Creates a policy; the defaults are the named constants.
    public init(
        maximumAttempts: Int = RetryPolicy.defaultMaximumAttempts,
        basePause: Duration = RetryPolicy.defaultBasePause,
        maximumPause: Duration = RetryPolicy.defaultMaximumPause
    ) {
        self.maximumAttempts = maximumAttempts
        self.basePause = basePause
        self.maximumPause = maximumPause
    }

    /// Whether another attempt may follow the one with this number, counted from 1.
    public func allowsAttempt(after attempt: Int) -> Bool {
        attempt < maximumAttempts
    }

    /// The pause before the retry with this number, counted from 0.
    public func pause(beforeRetry retry: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(maximumPause, basePause * (1 << min(retry, 30)))
        return .nanoseconds(Int64.random(in: 0...max(0, Int64(ceiling.seconds * 1e9)), using: &generator))
    }
}
