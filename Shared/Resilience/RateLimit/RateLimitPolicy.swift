/// How many calls a key may make: `limit` in each `window` in the long run, and up to `burst` at once.
///
/// In any span of time at most `burst + span · limit / window` calls are admitted.
public struct RateLimitPolicy: Hashable, Sendable {
    /// The largest limit and burst.
    public static let maximumCalls = 1_000_000_000
    /// The longest window, and the longest time in which a spent burst may come back.
    public static let maximumWindow = Duration.seconds(366 * 86_400)
    /// The shortest window.
    public static let minimumWindow = Duration.milliseconds(1)

    /// What clients know the policy by.
    public let name: String
    /// Calls in each window in the long run.
    public let limit: Int
    /// The time in which `limit` calls are granted.
    public let window: Duration
    /// Calls that may come at once after a pause.
    public let burst: Int
    /// The time between two calls at the sustained rate, in ticks.
    let interval: Int128

    /// Creates a policy; nil when a number is out of bounds, or the name is empty or not printable ASCII.
    ///
    /// - Parameters:
    ///   - name: What clients know the policy by: it is sent to them.
    ///   - limit: Calls in each window in the long run, in 1...``maximumCalls``.
    ///   - window: The time in which `limit` calls are granted, in ``minimumWindow``...``maximumWindow``.
    ///   - burst: Calls that may come at once, in 1...``maximumCalls``; at the sustained rate they must come back
    ///     within ``maximumWindow``.
    public init?(name: String, limit: Int, window: Duration, burst: Int) {
        let calls = 1...Self.maximumCalls
        guard !name.isEmpty, name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            calls.contains(limit), calls.contains(burst),
            (Self.minimumWindow...Self.maximumWindow).contains(window)
        else { return nil }
        self.name = name
        self.limit = limit
        self.window = window
        self.burst = burst
        interval = Int128(window.wholeNanoseconds)
        guard capacity <= ticks(Self.maximumWindow) else { return nil }
    }
}

// MARK: - Ticks

/// A tick is a nanosecond divided by `limit`, so that the time between two calls at the sustained rate is a whole number
/// of ticks for every limit and window: nothing is rounded, and nothing drifts.
extension RateLimitPolicy {
    /// The time in which a spent burst comes back, in ticks.
    var capacity: Int128 { interval * Int128(burst) }

    func ticks(_ time: Duration) -> Int128 {
        Int128(time.wholeNanoseconds) * Int128(limit)
    }

    /// The first whole nanosecond at which that many ticks have passed.
    func duration(_ ticks: Int128) -> Duration {
        .nanoseconds(Int64((ticks + Int128(limit - 1)) / Int128(limit)))
    }
}
