/// When a refused client may come back, as the value of the field `Retry-After` (RFC 9110, section 10.2.3).
public struct RetryAfter: Hashable, Sendable {
    /// Whole seconds, rounded up and never negative: who waits that long does not come too early.
    public let seconds: Int64

    /// Creates the value for a wait of `duration`.
    public init(_ duration: Duration) {
        seconds = duration.wholeSecondsRoundedUp
    }

    /// The field's value.
    public var fieldValue: String { String(seconds) }
}

extension Duration {
    /// The duration in seconds, rounded up; zero for a negative one.
    var wholeSecondsRoundedUp: Int64 {
        guard self > .zero else { return 0 }
        return components.seconds + (components.attoseconds > 0 ? 1 : 0)
    }
}
