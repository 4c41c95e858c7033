/// A limit on the requests in flight that finds out by itself how many a service can bear.
///
/// It compares the latency of the last moments with the long-term one. While they are alike, the limit grows by a small
/// queue; when the present one is longer, requests queue somewhere, and the limit shrinks in proportion. This is the
/// algorithm Gradient2 of Netflix's concurrency-limits (E. Landau and others, "Performance Under Load", 2018), with
/// the queue of its predecessor Gradient, √limit, and a cut at drops as in additive increase, multiplicative decrease.
///
/// The limit moves once in a window of 100 ms and ten calls, by the mean latency of its calls, and only if it was used:
/// with less than half of it in flight, latency tells nothing about it. Drops shrink it in any case.
///
/// A weakness to know: under an overload that lasts for minutes, the long-term latency follows the present one, and the
/// limit creeps up; the maximum ends that.
public struct AdaptiveConcurrencyLimit: Sendable {
    /// What became of a request; one that its client cancelled is not recorded.
    public enum Outcome: Hashable, Sendable {
        /// It was answered after this time.
        case answered(after: Duration)
        /// It met a time limit, or something below refused it for overload.
        case dropped
    }

    /// A step of the limit, to be logged and counted.
    public enum Change: Hashable, Sendable {
        /// The limit rose to this.
        case raised(to: Int)
        /// The limit fell to this.
        case lowered(to: Int)
    }

    private struct Window {
        var start: Duration
        var answered = 0
        var dropped = 0
        var latency = Duration.zero
        var peak = 0
    }

    /// How many requests may be in flight.
    public var limit: Int { Int(estimate) }

    /// The limit before it is rounded down.
    private(set) var estimate: Double
    private let policy: AdaptiveConcurrencyPolicy
    private var baseline: LatencyBaseline
    private var window: Window?

    /// Creates a limit at its initial value, moved into the policy's bounds.
    public init(policy: AdaptiveConcurrencyPolicy = AdaptiveConcurrencyPolicy()) {
        self.policy = policy
        estimate = min(max(Double(policy.initialLimit), Double(policy.minimumLimit)), Double(policy.maximumLimit))
        baseline = LatencyBaseline(windows: policy.baselineWindows)
    }

    /// The long-term latency, zero before the first window has ended.
    public var longTermLatency: Duration { .seconds(baseline.seconds) }

    /// Takes the outcome of a request; returns the step that the limit made, nil for none.
    ///
    /// - Parameters:
    ///   - outcome: What became of the request.
    ///   - inFlight: How many requests were in flight when it ended, itself included, as ``PriorityShedding/inFlight``.
    ///   - time: Time since any fixed moment.
    /// - Returns: The step that the limit made, nil for none.
    public mutating func record(_ outcome: Outcome, inFlight: Int, at time: Duration) -> Change? {
        var current = window ?? Window(start: time)
        switch outcome {
        case .answered(let latency):
            current.answered += 1
            current.latency += max(.zero, latency)
        case .dropped:
            current.dropped += 1
        }
        current.peak = max(current.peak, inFlight)
        let isOver = time - current.start >= policy.sampleWindow
        guard isOver, current.answered + current.dropped >= policy.minimumSamples else {
            window = current
            return nil
        }
        window = nil
        let before = limit
        estimate = estimate(after: current)
        if limit > before { return .raised(to: limit) }
        return limit < before ? .lowered(to: limit) : nil
    }

    private mutating func estimate(after window: Window) -> Double {
        let gradient = window.answered > 0 ? gradient(latency: (window.latency / window.answered).seconds) : 1
        let target: Double
        if window.dropped > 0 {
            target = estimate * AdaptiveConcurrencyPolicy.lowestGradient
        } else if window.peak * 2 >= limit {
            target = estimate * gradient + policy.allowance(at: estimate)
        } else {
            return estimate
        }
        let smoothed = estimate + (target - estimate) * policy.smoothing
        return min(max(smoothed, Double(policy.minimumLimit)), Double(policy.maximumLimit))
    }

    /// How the long-term latency compares with that of the window, which it learns.
    private mutating func gradient(latency: Double) -> Double {
        baseline.add(latency)
        if baseline.seconds > latency * AdaptiveConcurrencyPolicy.staleBaselineRatio {
            baseline.scale(by: AdaptiveConcurrencyPolicy.staleBaselineDecay)
        }
        let bounds = AdaptiveConcurrencyPolicy.lowestGradient...1
        guard latency > 0 else { return bounds.upperBound }
        let normal = max(policy.tolerance * baseline.seconds, policy.negligibleLatency.seconds)
        return min(max(normal / latency, bounds.lowerBound), bounds.upperBound)
    }
}
