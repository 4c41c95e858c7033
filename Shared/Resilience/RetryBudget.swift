/// A limit on retries as a share of requests, so that retries cannot multiply an outage.
///
/// Over a sliding window of ten seconds, in slices of one second, retries may be at most 20 % of requests plus ten a
/// second. The scheme is that of Finagle's `RetryBudget`. A value without a clock: callers pass the time.
public struct RetryBudget: Sendable {
    /// The share of requests that may be retried.
    public static let defaultShare = 0.2
    /// Retries a second that are allowed whatever the traffic is.
    public static let defaultReservePerSecond = 10
    /// The window over which requests and retries are counted.
    public static let window = Duration.seconds(10)

    private static let sliceCount = 10

    private struct Slice {
        var second: Int64 = -1
        var requests = 0
        var retries = 0
    }

    private let share: Double
    private let reservePerSecond: Int
    private var slices = [Slice](repeating: Slice(), count: RetryBudget.sliceCount)

    /// Creates a budget; the defaults are the named constants.
    public init(share: Double = RetryBudget.defaultShare, reservePerSecond: Int = RetryBudget.defaultReservePerSecond) {
        self.share = share
        self.reservePerSecond = reservePerSecond
    }

    /// Counts a first attempt.
    ///
    /// - Parameter time: Time since any fixed moment; must not go back by more than the window.
    public mutating func recordRequest(at time: Duration) {
        withSlice(at: time) { $0.requests += 1 }
    }

    /// Takes one retry out of the budget; false when none is left, and then nothing is counted.
    public mutating func takeRetry(at time: Duration) -> Bool {
        let oldest = time.components.seconds - Int64(Self.sliceCount)
        let live = slices.filter { $0.second > oldest && $0.second <= time.components.seconds }
        let requests = live.reduce(0) { $0 + $1.requests }
        let retries = live.reduce(0) { $0 + $1.retries }
        let allowed = Double(requests) * share + Double(reservePerSecond * Self.sliceCount)
        guard Double(retries + 1) <= allowed else { return false }
        withSlice(at: time) { $0.retries += 1 }
        return true
    }

    private mutating func withSlice(at time: Duration, _ body: (inout Slice) -> Void) {
        let second = time.components.seconds
        let index = Int(second % Int64(Self.sliceCount))
        if slices[index].second != second { slices[index] = Slice(second: second) }
        body(&slices[index])
    }
}
