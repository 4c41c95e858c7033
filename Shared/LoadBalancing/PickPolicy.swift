public import Discovery

/// What a policy may know of a replica when it picks.
public struct Candidate: Hashable, Sendable {
    /// The replica.
    public let endpoint: Endpoint
    /// Calls that were sent to it and are not finished, from this process.
    public let outstanding: Int

    /// Creates a candidate.
    public init(endpoint: Endpoint, outstanding: Int) {
        self.endpoint = endpoint
        self.outstanding = outstanding
    }
}

/// A rule for choosing one of several replicas; a value, used under the pool's lock.
public protocol PickPolicy: Sendable {
    /// Chooses the replica to use.
    ///
    /// - Parameters:
    ///   - candidates: The usable replicas, at least one, ordered by ID.
    ///   - generator: The source of randomness; a policy without chance leaves it alone.
    /// - Returns: The replica's index in `candidates`.
    mutating func pick(from candidates: [Candidate], using generator: inout some RandomNumberGenerator) -> Int
}

/// Each replica in turn.
public struct RoundRobin: PickPolicy {
    private var lastID: String?

    /// Creates a policy that starts with the first replica.
    public init() {}

    /// The replica after the one picked last, whoever has come or gone meanwhile.
    public mutating func pick(from candidates: [Candidate], using _: inout some RandomNumberGenerator) -> Int {
        let next = lastID.flatMap { last in candidates.firstIndex { $0.endpoint.id > last } } ?? 0
        lastID = candidates[next].endpoint.id
        return next
    }
}

/// The less busy of two replicas drawn at random without replacement.
///
/// Close to the least busy of all at a constant cost, and without the herding of an exact minimum (M. Mitzenmacher,
/// "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001).
public struct PowerOfTwoChoices: PickPolicy {
    /// Creates a policy.
    public init() {}

    /// The one of two different replicas with fewer outstanding calls; the first drawn when equal.
    public mutating func pick(from candidates: [Candidate], using generator: inout some RandomNumberGenerator) -> Int {
        guard candidates.count > 1 else { return 0 }
        let first = Int.random(in: 0..<candidates.count, using: &generator)
        let other = Int.random(in: 0..<(candidates.count - 1), using: &generator)
        let second = other < first ? other : other + 1
        return candidates[second].outstanding < candidates[first].outstanding ? second : first
    }
}
