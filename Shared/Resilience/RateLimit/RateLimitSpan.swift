/// A time of rate limits in two parts, for stores that count with floating point numbers.
///
/// Ticks take more than the 53 bits that such numbers hold exactly; both parts take less.
public struct RateLimitSpan: Hashable, Sendable {
    /// Whole microseconds.
    public let microseconds: Int
    /// The ticks beyond these, fewer than ``RateLimitPolicy/ticksPerMicrosecond``.
    public let ticks: Int

    /// Creates a span.
    public init(microseconds: Int, ticks: Int) {
        self.microseconds = microseconds
        self.ticks = ticks
    }
}

extension RateLimitPolicy {
    /// How many ticks a microsecond has, at most 10¹².
    public var ticksPerMicrosecond: Int { 1000 * limit }

    /// The time between two calls at the sustained rate.
    public var intervalSpan: RateLimitSpan { span(interval) }

    /// The time in which a spent burst comes back.
    public var burstSpan: RateLimitSpan { span(capacity) }

    /// The decision about a call of a key whose theoretical arrival time is `spent` from now.
    ///
    /// - Parameter spent: What is not back yet of the burst before the call; nothing when the burst is whole.
    /// - Returns: What ``GCRA/admit(at:under:)`` decides.
    public func decision(spent: RateLimitSpan) -> RateLimitDecision {
        let ticks = Int128(spent.microseconds) * Int128(ticksPerMicrosecond) + Int128(spent.ticks)
        return GCRA(arrival: ticks).preview(at: .zero, under: self)
    }

    private func span(_ ticks: Int128) -> RateLimitSpan {
        let (whole, rest) = ticks.quotientAndRemainder(dividingBy: Int128(ticksPerMicrosecond))
        return RateLimitSpan(microseconds: Int(whole), ticks: Int(rest))
    }
}
