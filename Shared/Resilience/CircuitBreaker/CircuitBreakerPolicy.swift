/// When calls to a dependency are stopped, for how long, and what lets them start again.
public struct CircuitBreakerPolicy: Hashable, Sendable {
    /// The time over which calls are counted.
    public static let defaultWindow = Duration.seconds(10)
    /// Calls in the window below which the breaker never opens.
    public static let defaultMinimumCalls = 20
    /// The percentage of failed and slow calls in the window from which the breaker opens.
    public static let defaultFailurePercent = 50
    /// How long the breaker stays open at first, before jitter.
    public static let defaultOpenDuration = Duration.seconds(5)
    /// What the doubling of the open time ends at, before jitter.
    public static let defaultMaximumOpenDuration = Duration.seconds(60)
    /// By how many percent an open time may be shorter or longer.
    public static let defaultJitterPercent = 20
    /// Calls that test the dependency in the half-open phase; all must succeed.
    public static let defaultProbes = 3

    /// The time over which calls are counted.
    public var window = Self.defaultWindow
    /// Calls in the window below which the breaker never opens, at least 1.
    public var minimumCalls = Self.defaultMinimumCalls
    /// The percentage of failed and slow calls in the window from which the breaker opens, in 1...100.
    public var failurePercent = Self.defaultFailurePercent
    /// How long the breaker stays open at first, before jitter.
    public var openDuration = Self.defaultOpenDuration
    /// What the doubling of the open time ends at, before jitter.
    public var maximumOpenDuration = Self.defaultMaximumOpenDuration
    /// By how many percent an open time may be shorter or longer, in 0...100.
    public var jitterPercent = Self.defaultJitterPercent
    /// Calls that test the dependency in the half-open phase, at least 1.
    public var probes = Self.defaultProbes

    /// Creates a policy with the defaults; set what differs.
    public init() {}

    /// Whether this many failed and slow ones among `calls` open the breaker.
    func opens(failures: Int, of calls: Int) -> Bool {
        calls >= minimumCalls && failures * 100 >= calls * failurePercent
    }

    /// How long the breaker stays open the time with this number in a row, counted from 0.
    ///
    /// The time is uniform in `b ± jitterPercent` with `b = min(maximumOpenDuration, openDuration · 2ⁿ)`. Jitter comes
    /// after the cap: breakers that have reached it must not try again all at once.
    public func openDuration(ofOpening number: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        var base = openDuration
        for _ in 0..<min(number, 62) where base < maximumOpenDuration { base += base }
        let middle = min(base, maximumOpenDuration).wholeNanoseconds
        let spread = middle / 100 * Int64(jitterPercent)
        return .nanoseconds(Int64.random(in: (middle - spread)...(middle + spread), using: &generator))
    }
}
