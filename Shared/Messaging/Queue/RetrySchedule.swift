/// After which pause a failed message is tried again, and when it is given up.
public struct RetrySchedule: Hashable, Sendable {
    /// How often a message is tried before it is a dead letter.
    public static let defaultMaximumAttempts = 12
    /// The longest pause.
    public static let maximumPause = Duration.seconds(6 * 3600)
    /// How far a pause may differ from its length, as a share.
    public static let jitter = 0.1

    /// How often a message is tried before it is a dead letter.
    public let maximumAttempts: Int
    /// The pause after the first attempt.
    public let unit: Duration

    /// Creates a schedule: the pause after attempt n is n⁴ units ± 10 %, capped at six hours.
    public init(maximumAttempts: Int = RetrySchedule.defaultMaximumAttempts, unit: Duration = .seconds(1)) {
        self.maximumAttempts = maximumAttempts
        self.unit = unit
    }

    /// The pause after a failed attempt, or nil when the message is to be given up.
    public func pause(afterAttempt attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration? {
        guard attempt < maximumAttempts else { return nil }
        let fourth = attempt * attempt * attempt * attempt
        let factor = Double.random(in: (1 - Self.jitter)...(1 + Self.jitter), using: &generator)
        return min(unit * fourth * factor, Self.maximumPause)
    }
}
