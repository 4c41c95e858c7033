/// The replica with the fewest calls in flight for its weight; one of them at random when several are equal.
///
/// The exact minimum takes a look at every candidate, without allocating: use ``PowerOfTwoChoices`` where a service has
/// hundreds of replicas. It sees calls of this process only, so that many clients may choose the same replica at once.
public struct LeastOutstanding: PickPolicy {
    /// Creates a policy.
    public init() {}

    /// The least busy replica.
    public mutating func pick(
        from candidates: Candidates,
        for _: AffinityKey?,
        using generator: inout PickGenerator
    ) -> Int {
        var best = 0
        var ties = 1
        for candidate in 1..<max(1, candidates.count) {
            // Cross-multiplied: a's calls ÷ a's weight against b's calls ÷ b's weight.
            let load = candidates.outstanding(of: candidate) * candidates.weight(of: best)
            let least = candidates.outstanding(of: best) * candidates.weight(of: candidate)
            if load < least {
                best = candidate
                ties = 1
            } else if load == least {
                // Of k equal ones each stays with the probability 1/k, without knowing k beforehand.
                ties += 1
                if Int.random(in: 0..<ties, using: &generator) == 0 { best = candidate }
            }
        }
        return best
    }
}
