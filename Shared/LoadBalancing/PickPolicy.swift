/// A rule for choosing one of several replicas; a value, used under the pool's lock.
///
/// A pick is on the path of every call: a policy looks at few candidates where it can, and keeps what it derives from
/// the set until ``Candidates/version`` or ``Candidates/setVersion`` changes.
public protocol PickPolicy: Sendable {
    /// Chooses the replica to use.
    ///
    /// - Parameters:
    ///   - candidates: The usable replicas, at least one.
    ///   - key: What the call is about, if its caller said so.
    ///   - generator: The source of randomness; a policy without chance leaves it alone.
    /// - Returns: The number of the chosen candidate.
    mutating func pick(
        from candidates: Candidates,
        for key: AffinityKey?,
        using generator: inout PickGenerator
    ) -> Int
}
