// Links the C library, whose square root optimised code calls.
import FoundationEssentials

/// The bounds of an adaptive concurrency limit and how quickly it moves.
public struct AdaptiveConcurrencyPolicy: Hashable, Sendable {
    /// The limit at the start.
    public static let defaultInitialLimit = 100
    /// The lowest limit.
    public static let defaultMinimumLimit = 10
    /// The highest limit.
    public static let defaultMaximumLimit = 1000
    /// The share of each new estimate that goes into the limit.
    public static let defaultSmoothing = 0.2
    /// How many times the long-term latency is taken for normal.
    public static let defaultTolerance = 1.5
    /// The shortest time between two steps of the limit.
    public static let defaultSampleWindow = Duration.milliseconds(100)
    /// Calls without which no step is made.
    public static let defaultMinimumSamples = 10
    /// The windows over which the long-term latency is averaged: five minutes under load.
    public static let defaultBaselineWindows = 3000

    /// The latency that is never taken for a queue.
    public static let defaultNegligibleLatency = Duration.zero

    /// The largest cut of a single estimate: outliers must not empty the service.
    static let lowestGradient = 0.5
    /// The smallest queue that is allowed for, that of Gradient2.
    static let minimumAllowance = 4.0
    /// From how many times the present latency on the long-term one is taken for a leftover of an overload.
    static let staleBaselineRatio = 2.0
    /// What a stale long-term latency is multiplied with in each window.
    static let staleBaselineDecay = 0.95

    /// The limit at the start.
    public var initialLimit = Self.defaultInitialLimit
    /// The lowest limit, at least 1.
    public var minimumLimit = Self.defaultMinimumLimit
    /// The highest limit, at least the lowest.
    public var maximumLimit = Self.defaultMaximumLimit
    /// The share of each new estimate that goes into the limit, in 0...1.
    public var smoothing = Self.defaultSmoothing
    /// How many times the long-term latency is taken for normal, at least 1.
    public var tolerance = Self.defaultTolerance
    /// The shortest time between two steps of the limit.
    public var sampleWindow = Self.defaultSampleWindow
    /// Calls without which no step is made, at least 1.
    public var minimumSamples = Self.defaultMinimumSamples
    /// The windows over which the long-term latency is averaged, at least 1.
    public var baselineWindows = Self.defaultBaselineWindows

    /// The latency that is never taken for a queue, however short calls are without one.
    ///
    /// Where calls take a millisecond, two of them are a queue that nobody has to be protected from.
    public var negligibleLatency = Self.defaultNegligibleLatency

    /// Creates a policy with the defaults; set what differs.
    public init() {}

    /// The calls that may queue at a limit: its square root, so that low limits grow fast and high ones gently.
    func allowance(at limit: Double) -> Double {
        max(Self.minimumAllowance, limit.squareRoot())
    }
}
