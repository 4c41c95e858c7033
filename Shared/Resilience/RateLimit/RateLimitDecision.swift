/// Whether a call is within its rate limit, and what its client may know about that.
public struct RateLimitDecision: Hashable, Sendable {
    /// How many more calls would be admitted at the same moment.
    public let remaining: Int
    /// The time after which the whole burst is there again, if no call is made.
    public let resetAfter: Duration
    /// The time after which one more call than `remaining` would be admitted, if none is made.
    public let nextAfter: Duration
    /// The exact time after which the same call would be admitted, if no other is; nil when it is admitted.
    public let retryAfter: Duration?
    /// The time over which `remaining` calls are to be spread to keep to the sustained rate, at least `nextAfter`.
    public let effectiveWindow: Duration

    /// Whether the call may go on.
    public var isAdmitted: Bool { retryAfter == nil }

    /// Creates a decision, for limits that are counted elsewhere.
    public init(
        remaining: Int,
        resetAfter: Duration,
        nextAfter: Duration,
        retryAfter: Duration?,
        effectiveWindow: Duration
    ) {
        self.remaining = remaining
        self.resetAfter = resetAfter
        self.nextAfter = nextAfter
        self.retryAfter = retryAfter
        self.effectiveWindow = effectiveWindow
    }
}
