/// When a replica that keeps failing is left out, and for how long.
public struct EjectionPolicy: Hashable, Sendable {
    /// Failures in a row after which a replica is ejected.
    public static let defaultConsecutiveFailures = 5
    /// The share of calls that must succeed, in percent.
    public static let defaultMinimumSuccessPercent = 80
    /// Calls below which the share of successes says nothing.
    public static let defaultMinimumCalls = 5
    /// How long the first ejection lasts; the n-th lasts n times as long.
    public static let defaultBaseDuration = Duration.seconds(30)
    /// The longest an ejection lasts.
    public static let defaultMaximumDuration = Duration.seconds(300)
    /// The time in use after which one ejection is no longer counted: as long as the longest ejection.
    ///
    /// A replica that fails once an hour is out for thirty seconds each time; one that fails again within five minutes
    /// stays out longer and longer.
    public static let defaultForgivenessDuration = Duration.seconds(300)
    /// The time over which successes and failures are counted.
    public static let successWindow = SuccessWindow.length
    /// The time after which a probe without an outcome has failed, so that a lost call keeps no replica out for good.
    public static let probeLimit = Duration.seconds(30)

    /// Failures in a row after which a replica is ejected.
    public var consecutiveFailures: Int
    /// The share of calls over ``successWindow`` that must succeed, in percent.
    public var minimumSuccessPercent: Int
    /// Calls over ``successWindow`` below which the share says nothing.
    public var minimumCalls: Int
    /// How long the first ejection lasts.
    public var baseDuration: Duration
    /// The longest an ejection lasts.
    public var maximumDuration: Duration
    /// The time in use after which one ejection is no longer counted, more than zero.
    public var forgivenessDuration: Duration

    /// Creates a policy; the defaults are the named constants.
    public init(
        consecutiveFailures: Int = EjectionPolicy.defaultConsecutiveFailures,
        minimumSuccessPercent: Int = EjectionPolicy.defaultMinimumSuccessPercent,
        minimumCalls: Int = EjectionPolicy.defaultMinimumCalls,
        baseDuration: Duration = EjectionPolicy.defaultBaseDuration,
        maximumDuration: Duration = EjectionPolicy.defaultMaximumDuration,
        forgivenessDuration: Duration = EjectionPolicy.defaultForgivenessDuration
    ) {
        self.consecutiveFailures = consecutiveFailures
        self.minimumSuccessPercent = minimumSuccessPercent
        self.minimumCalls = minimumCalls
        self.baseDuration = baseDuration
        self.maximumDuration = maximumDuration
        self.forgivenessDuration = forgivenessDuration
    }

    /// How long the ejection with this number lasts, counted from 1.
    public func duration(ofEjection number: Int) -> Duration {
        min(maximumDuration, baseDuration * number)
    }

    /// How many of `count` replicas may be ejected at once: half of them, at least one, never the only one.
    public func maximumEjected(of count: Int) -> Int {
        count < 2 ? 0 : max(1, count / 2)
    }

    /// How many of `ejections` are still counted after this time in use.
    public func remembered(_ ejections: Int, after inUse: Duration) -> Int {
        max(0, ejections - Int(inUse / forgivenessDuration))
    }

    /// Whether so few of the calls succeeded that the replica is to be ejected.
    public func isTooLow(successes: Int, of calls: Int) -> Bool {
        calls >= minimumCalls && successes * 100 < minimumSuccessPercent * calls
    }
}
