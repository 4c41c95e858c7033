#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How slow a replica is: an average of its latencies in which old ones fade and a high one counts in full.
///
/// The scheme is that of Finagle's `PeakEwma` load metric: a latency above the average replaces it at once, one below
/// moves it by its share of the time constant, and without samples the average fades to zero, so that a replica that
/// was slow is tried again. Unlike Finagle's, reading changes nothing, so that the average of a busy replica tends to
/// the mean of its latencies however often it is read.
struct PeakEWMA: Hashable, Sendable {
    /// The time in which the weight of a sample falls to 1/e.
    static let timeConstant = Duration.seconds(10)
    /// What a failed call counts as at least: the whole deadline of a call between services.
    static let failurePenalty = Duration.seconds(2)
    /// What a failed call counts as at least, as a multiple of what calls of the pool take that succeed.
    static let failureFactor = 10.0

    /// The average when it was updated last, in seconds; nil before the first sample.
    private var average: Double?
    private var updatedAt = Duration.zero

    /// The average as it has faded by `now`, in seconds; nil before the first sample.
    func value(at now: Duration) -> Double? {
        guard let average else { return nil }
        return average * weight(at: now)
    }

    /// Takes the latency of a call that succeeded.
    mutating func observe(_ sample: Double, at now: Duration) {
        guard let average, sample < average else { return set(sample, at: now) }
        blend(sample, at: now)
    }

    /// Takes a failure as slow however fast it came, or a replica that fails at once would look like the best.
    ///
    /// The time that it took counts like any latency. The penalty is blended in by its share of time: failures that are
    /// few make a replica a little dearer, failures alone bring it to the penalty within the time constant.
    mutating func observeFailure(after sample: Double, typical: Double, at now: Duration) {
        if let average, sample > average { set(sample, at: now) }
        blend(max(sample, Self.failurePenalty.inSeconds, Self.failureFactor * typical), at: now)
    }

    /// Takes the time after which a caller gave up: the latency would have been longer.
    mutating func observeAtLeast(_ sample: Double, at now: Duration) {
        if sample > value(at: now) ?? 0 { set(sample, at: now) }
    }

    /// Takes a latency that moves the average by its share of time alone, even upwards.
    mutating func blend(_ sample: Double, at now: Duration) {
        guard let average else { return set(sample, at: now) }
        let weight = weight(at: now)
        set(average * weight + sample * (1 - weight), at: now)
    }

    private mutating func set(_ value: Double, at now: Duration) {
        average = value
        updatedAt = max(updatedAt, now)
    }

    /// What is left at `now` of the weight that the average had when it was updated.
    private func weight(at now: Duration) -> Double {
        now > updatedAt ? exp(-((now - updatedAt) / Self.timeConstant)) : 1
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double { self / .seconds(1) }
}
