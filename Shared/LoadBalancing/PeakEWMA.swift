#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How slow a replica is: the mean of its latencies, in which old ones fade, and for a moment the worst of them.
///
/// A latency above all else counts in full at once, as in the `PeakEwma` load metric of Finagle, so that a replica that
/// becomes slow is left alone from its first slow answer on. Unlike Finagle's, the peak fades within a second, not within
/// the mean's ten: a pause that every process makes now and then says little about its next answers, and would make a
/// replica that is always slow look no worse for as long. Without samples all fades to zero, so that a replica that was
/// slow is tried again.
struct PeakEWMA: Hashable, Sendable {
    /// The time in which the weight of a sample in the mean falls to 1/e.
    static let timeConstant = Duration.seconds(10)
    /// The time in which a peak falls to 1/e of itself.
    static let peakTimeConstant = Duration.milliseconds(500)
    /// What a failed call counts as at least: the whole deadline of a call between services.
    static let failurePenalty = Duration.seconds(2)
    /// What a failed call counts as at least, as a multiple of what calls of the pool take that succeed.
    static let failureFactor = 10.0

    /// A value that fades.
    private struct Fading: Hashable {
        var seconds: Double
        var updatedAt: Duration

        func value(at now: Duration, within timeConstant: Duration) -> Double {
            seconds * weight(at: now, within: timeConstant)
        }

        /// What is left at `now` of the weight that the value had when it was updated.
        func weight(at now: Duration, within timeConstant: Duration) -> Double {
            now > updatedAt ? exp(-((now - updatedAt) / timeConstant)) : 1
        }
    }

    /// The mean when it was updated last; nil before the first sample.
    private var mean: Fading?
    private var peak = Fading(seconds: 0, updatedAt: .zero)
    /// How many samples the mean has.
    private var samples = 0

    /// The mean as it has faded by `now`, in seconds; nil before the first sample.
    func meanValue(at now: Duration) -> Double? {
        mean?.value(at: now, within: Self.timeConstant)
    }

    /// The mean, or the peak if that is higher, as they have faded by `now`, in seconds; nil before the first sample.
    func value(at now: Duration) -> Double? {
        guard let mean = meanValue(at: now) else { return nil }
        return peak.seconds > mean ? max(mean, peak.value(at: now, within: Self.peakTimeConstant)) : mean
    }

    /// Takes the latency of a call that succeeded.
    ///
    /// Among the first samples all count the same, so that a first call that opens a connection is soon outvoted.
    mutating func observe(_ sample: Double, at now: Duration) {
        raisePeak(to: sample, at: now)
        samples += 1
        blend(sample, leastShare: 1 / Double(samples), at: now)
    }

    /// Takes a failure as slow however fast it came, or a replica that fails at once would look like the best.
    ///
    /// The time that it took counts like any latency. The penalty is blended in by its share of time: failures that are
    /// few make a replica a little dearer, failures alone bring it to the penalty within the time constant.
    mutating func observeFailure(after sample: Double, typical: Double, at now: Duration) {
        raisePeak(to: sample, at: now)
        samples += 1
        blend(max(sample, Self.failurePenalty.inSeconds, Self.failureFactor * typical), at: now)
    }

    /// Takes the time after which a caller gave up: the latency would have been longer.
    mutating func observeAtLeast(_ sample: Double, at now: Duration) {
        guard sample > value(at: now) ?? 0 else { return }
        samples += 1
        raisePeak(to: sample, at: now)
        blend(sample, at: now)
    }

    /// Takes a latency that moves the mean by its share of time, or by more if told so.
    mutating func blend(_ sample: Double, leastShare: Double = 0, at now: Duration) {
        guard let mean else {
            self.mean = Fading(seconds: sample, updatedAt: now)
            return
        }
        let weight = min(mean.weight(at: now, within: Self.timeConstant), 1 - leastShare)
        // In this form a sample that equals the mean leaves it alone, to the last bit.
        let seconds = mean.seconds + (sample - mean.seconds) * (1 - weight)
        self.mean = Fading(seconds: seconds, updatedAt: max(mean.updatedAt, now))
    }

    private mutating func raisePeak(to sample: Double, at now: Duration) {
        guard sample > peak.value(at: now, within: Self.peakTimeConstant) else { return }
        peak = Fading(seconds: sample, updatedAt: max(peak.updatedAt, now))
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double { self / .seconds(1) }
}
