/// A quantile of the latencies in a sliding window, within 1/32, in bounded memory.
///
/// The algorithm is a histogram with log-linear buckets for each sixth of the window, and one of their sums. It takes
/// 20 KiB, three additions for each latency, and a look at some 50 sums for a quantile. The estimate is the upper bound
/// of the bucket that holds the exact quantile (nearest rank), so it errs to the long side.
public struct LatencyQuantile: Sendable {
    /// The quantile that is estimated, in percent.
    public static let defaultPercent = 95
    /// The time over which latencies are counted.
    public static let defaultWindow = Duration.seconds(30)
    /// Latencies in the window without which there is no estimate.
    public static let defaultMinimumSamples = 100

    static let sliceCount = 6

    /// How many latencies the window holds.
    public private(set) var count = 0

    private let percent: Int
    private let minimumSamples: Int
    private let sliceNanoseconds: Int64
    private var slices: [[UInt32]]
    private var sums = [UInt32](repeating: 0, count: LatencyBuckets.count)
    /// The sums of each power of two's buckets.
    private var groups = [UInt32](repeating: 0, count: LatencyBuckets.count / LatencyBuckets.perPower)
    private var newest: Int64 = 0

    /// Creates an empty estimate.
    ///
    /// - Parameters:
    ///   - percent: The quantile, moved into 1...100.
    ///   - window: The time over which latencies are counted; the last five to six sixths of it are.
    ///   - minimumSamples: Latencies in the window without which there is no estimate, at least 1.
    public init(
        percent: Int = LatencyQuantile.defaultPercent,
        window: Duration = LatencyQuantile.defaultWindow,
        minimumSamples: Int = LatencyQuantile.defaultMinimumSamples
    ) {
        self.percent = min(max(percent, 1), 100)
        self.minimumSamples = max(1, minimumSamples)
        sliceNanoseconds = max(1, window.wholeNanoseconds / Int64(Self.sliceCount))
        slices = Array(repeating: sums, count: Self.sliceCount)
    }

    /// Counts the latency of a call that ended at `time`.
    ///
    /// - Parameters:
    ///   - latency: How long the call took; more than 67 seconds counts as that much.
    ///   - time: Time since any fixed moment, not negative; a time before the latest one counts as the latest.
    public mutating func record(_ latency: Duration, at time: Duration) {
        advance(to: time)
        let bucket = LatencyBuckets.index(of: latency)
        slices[position(of: newest)][bucket] += 1
        sums[bucket] += 1
        groups[bucket / LatencyBuckets.perPower] += 1
        count += 1
    }

    /// The estimate at `time`; nil while the window holds too few latencies.
    public mutating func estimate(at time: Duration) -> Duration? {
        advance(to: time)
        guard count >= minimumSamples else { return nil }
        let rank = (count * percent + 99) / 100
        var seen = 0
        var group = 0
        while seen + Int(groups[group]) < rank {
            seen += Int(groups[group])
            group += 1
        }
        var bucket = group * LatencyBuckets.perPower
        while seen + Int(sums[bucket]) < rank {
            seen += Int(sums[bucket])
            bucket += 1
        }
        return LatencyBuckets.upperBound(of: bucket)
    }

    private mutating func advance(to time: Duration) {
        let current = time.wholeNanoseconds / sliceNanoseconds
        guard current > newest else { return }
        for number in max(newest + 1, current - Int64(Self.sliceCount) + 1)...current {
            forget(position(of: number))
        }
        newest = current
    }

    private mutating func forget(_ slice: Int) {
        for bucket in slices[slice].indices where slices[slice][bucket] > 0 {
            sums[bucket] -= slices[slice][bucket]
            groups[bucket / LatencyBuckets.perPower] -= slices[slice][bucket]
            count -= Int(slices[slice][bucket])
            slices[slice][bucket] = 0
        }
    }

    private func position(of slice: Int64) -> Int {
        Int(slice % Int64(Self.sliceCount))
    }
}
