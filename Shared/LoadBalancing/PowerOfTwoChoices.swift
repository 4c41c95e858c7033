/// The cheaper of two replicas drawn at random without replacement.
///
/// A replica costs (outstanding × mean latency + latency) ÷ weight, with ``Candidates/latency(of:)``: roughly how long
/// one more call would wait there. Choosing between two is close to choosing the best of all, at a constant cost and without the
/// herding of an exact minimum (M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS
/// 12(10), 2001); the cost is that of Finagle's `p2cPeakEwma`, which multiplies the peak with all outstanding calls:
/// but those before the slow one were not slow, and after a pause a replica would look worse than one that is always slow.
public struct PowerOfTwoChoices: PickPolicy {
    /// Creates a policy.
    public init() {}

    /// The cheaper of two different replicas; the first drawn when equal.
    public mutating func pick(
        from candidates: Candidates,
        for _: AffinityKey?,
        using generator: inout PickGenerator
    ) -> Int {
        guard candidates.count > 1 else { return 0 }
        let first = Int.random(in: 0..<candidates.count, using: &generator)
        let other = Int.random(in: 0..<(candidates.count - 1), using: &generator)
        let second = other < first ? other : other + 1
        return cost(of: second, in: candidates) < cost(of: first, in: candidates) ? second : first
    }

    private func cost(of candidate: Int, in candidates: Candidates) -> Double {
        (Double(candidates.outstanding(of: candidate)) * candidates.meanLatency(of: candidate)
            + candidates.latency(of: candidate)) / Double(candidates.weight(of: candidate))
    }
}
