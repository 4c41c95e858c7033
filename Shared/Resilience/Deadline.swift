/// The moment after which nobody waits for an answer any more.
///
/// A deadline travels between processes as the time that remains, in whole milliseconds, since their clocks differ.
/// It is bound with ``withValue(_:_:)`` for the time of one request and read with ``current``.
public struct Deadline: Hashable, Comparable, Sendable {
    /// How long the edge gives a request that brings no deadline of its own.
    public static let edgeDefault = Duration.seconds(10)
    /// How long a service gives a call that brings no deadline of its own.
    public static let internalDefault = Duration.seconds(2)

    /// The moment on the process's monotonic clock.
    public let instant: ContinuousClock.Instant

    /// A deadline at a moment.
    public init(_ instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    /// The deadline `duration` from `now`.
    public static func after(_ duration: Duration, from now: ContinuousClock.Instant) -> Self {
        Self(now.advanced(by: duration))
    }

    /// What remains at `now`; negative when it has passed.
    public func remaining(at now: ContinuousClock.Instant) -> Duration {
        now.duration(to: instant)
    }

    /// The header's value at `now`: whole milliseconds, rounded down, never negative.
    public func headerValue(at now: ContinuousClock.Instant) -> String {
        String(max(0, remaining(at: now).wholeMilliseconds))
    }

    /// Reads a header's value that arrived at `now`, shortened to `limit`; nil when it is no number.
    public static func parse(_ text: String, limit: Duration, at now: ContinuousClock.Instant) -> Self? {
        guard let milliseconds = Int64(text), milliseconds >= 0 else { return nil }
        return .after(min(.milliseconds(milliseconds), limit), from: now)
    }

    /// Orders by time.
    public static func < (left: Self, right: Self) -> Bool {
        left.instant < right.instant
    }

    @TaskLocal private static var bound: Deadline?

    /// The deadline of the request that this task serves.
    public static var current: Deadline? { bound }

    /// Runs `operation` with `deadline` as the current one; it does not cancel by itself.
    public static func withValue<Result>(
        _ deadline: Deadline?,
        _ operation: () async throws -> Result
    ) async rethrows -> Result {
        try await $bound.withValue(deadline, operation: operation)
    }
}

extension Duration {
    /// The duration in milliseconds, rounded towards zero.
    public var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// The duration in seconds.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
