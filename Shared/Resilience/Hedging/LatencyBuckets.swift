/// How durations map to the buckets of a histogram.
///
/// Buckets are log-linear as in HdrHistogram (G. Tene): one for each microsecond up to 32, then 32 for each power of
/// two, so that a bucket is never wider than 1/32 of its values. Durations above 67 seconds count as that long.
enum LatencyBuckets {
    static let count = 704
    static let longest = Duration.microseconds((1 << 26) - 1)
    /// How many buckets there are for each power of two; those of one power are a group.
    static let perPower = 32
    private static let bits = 5

    /// The bucket of a duration; a negative one counts as zero.
    static func index(of duration: Duration) -> Int {
        let clamped = min(max(duration, .zero), longest)
        let microseconds = Int(clamped.wholeNanoseconds / 1000)
        guard microseconds >= perPower else { return microseconds }
        let power = Int.bitWidth - 1 - microseconds.leadingZeroBitCount
        let shift = power - bits
        return (shift + 1) * perPower + (microseconds >> shift) - perPower
    }

    /// The longest whole number of microseconds in a bucket.
    static func upperBound(of index: Int) -> Duration {
        guard index >= perPower else { return .microseconds(index) }
        let shift = index / perPower - 1
        let first = (perPower + index % perPower) << shift
        return .microseconds(first + (1 << shift) - 1)
    }
}
