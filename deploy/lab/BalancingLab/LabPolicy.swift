import LoadBalancing

/// A policy that takes part in the experiments.
public enum LabPolicy: String, CaseIterable, Sendable {
    /// Power of two choices by peak-sensitive latency.
    case powerOfTwo = "p2c peak-ewma"
    /// The fewest calls in flight.
    case leastOutstanding = "least outstanding"
    /// Each in turn.
    case roundRobin = "round robin"
    /// Each in turn by weight; all weights are equal here.
    case weightedRoundRobin = "weighted rr"
    /// Any.
    case uniformRandom = "random"
    /// By key, with bounded load.
    case consistentHash = "consistent hash"

    func makePolicy() -> any PickPolicy {
        switch self {
        case .powerOfTwo: PowerOfTwoChoices()
        case .leastOutstanding: LeastOutstanding()
        case .roundRobin: RoundRobin()
        case .weightedRoundRobin: WeightedRoundRobin()
        case .uniformRandom: UniformRandom()
        case .consistentHash: ConsistentHash()
        }
    }
}
