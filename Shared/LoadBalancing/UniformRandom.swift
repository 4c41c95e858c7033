/// Any replica, each as likely as another, whatever its load and weight.
public struct UniformRandom: PickPolicy {
    /// Creates a policy.
    public init() {}

    /// One of the candidates, drawn anew each time.
    public mutating func pick(
        from candidates: Candidates,
        for _: AffinityKey?,
        using generator: inout PickGenerator
    ) -> Int {
        Int.random(in: 0..<candidates.count, using: &generator)
    }
}
