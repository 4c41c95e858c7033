/// When a replica that keeps failing is left out, and for how long.
public struct EjectionPolicy: Hashable, Sendable {
    /// Failures in a row after which a replica is ejected.
    public static let defaultConsecutiveFailures = 5
    /// How long the first ejection lasts; the n-th lasts n times as long.
    public static let defaultBaseDuration = Duration.seconds(30)
    /// The longest an ejection lasts.
    public static let defaultMaximumDuration = Duration.seconds(300)

    /// Failures in a row after which a replica is ejected.
    public var consecutiveFailures: Int
    /// How long the first ejection lasts.
    public var baseDuration: Duration
    /// The longest an ejection lasts.
    public var maximumDuration: Duration

    /// Creates a policy; the defaults are the named constants.
    public init(
        consecutiveFailures: Int = EjectionPolicy.defaultConsecutiveFailures,
        baseDuration: Duration = EjectionPolicy.defaultBaseDuration,
        maximumDuration: Duration = EjectionPolicy.defaultMaximumDuration
    ) {
        self.consecutiveFailures = consecutiveFailures
        self.baseDuration = baseDuration
        self.maximumDuration = maximumDuration
    }

    /// How long the ejection with this number lasts, counted from 1.
    public func duration(ofEjection number: Int) -> Duration {
        min(maximumDuration, baseDuration * number)
    }

    /// How many of `count` replicas may be ejected at once: half of them, at least one, never the only one.
    public func maximumEjected(of count: Int) -> Int {
        count < 2 ? 0 : max(1, count / 2)
    }
}
