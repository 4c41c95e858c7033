/// Which arm of an experiment a subject belongs to: always the same one, with the arms' weights as probabilities.
///
/// The choice is by weighted rendezvous hashing (D. Thaler and C. Ravishankar, "Using Name-Based Mappings to Increase Hit
/// Rates", 1998; C. Schindelhauer and G. Schomaker, "Weighted Distributed Hash Tables", SPAA 2005): a hash of
/// experiment, subject and arm gives each arm a number `u` in (0, 1), and the least `−log u / weight` wins. When one
/// weight changes, or an arm comes or goes, subjects move to that arm or away from it and never between two others.
/// Cumulative buckets, the usual way, would shift the bounds of all later arms and move subjects between those.
///
/// Experiments are independent of each other. The order of arms does not matter, and only the ratio of weights does.
/// Neither clock nor randomness nor state is needed, and every replica decides alike.
public struct VariantAssignment: Hashable, Sendable {
    /// One variant of an experiment.
    public struct Arm: Hashable, Sendable {
        /// What the arm is called in headers, logs and metrics.
        public let name: String
        /// Its share of the subjects, relative to the sum of all weights; zero for none.
        public let weight: Int

        /// Creates an arm.
        public init(name: String, weight: Int) {
            self.name = name
            self.weight = weight
        }
    }

    /// The largest weight of an arm.
    public static let maximumWeight = 10_000
    /// The largest number of arms; each takes a few dozen nanoseconds of every assignment.
    public static let maximumArms = 100

    /// The name of the experiment, which is part of the hash.
    public let experiment: String
    /// The arms.
    public let arms: [Arm]
    /// A number for each arm that sets its hashes apart.
    private let salts: [UInt64]

    /// Creates an assignment; nil when the arms cannot be one.
    ///
    /// - Parameters:
    ///   - experiment: The name of the experiment; another name assigns all subjects anew.
    ///   - arms: Up to ``maximumArms`` arms with different names and weights in 0...``maximumWeight``, not all zero.
    public init?(experiment: String, arms: [Arm]) {
        guard arms.count <= Self.maximumArms, Set(arms.map(\.name)).count == arms.count,
            arms.allSatisfy({ (0...Self.maximumWeight).contains($0.weight) }),
            arms.contains(where: { $0.weight > 0 })
        else { return nil }
        self.experiment = experiment
        // Ties go to the first by name, whatever order the arms were given in.
        self.arms = arms.sorted { $0.name < $1.name }
        salts = self.arms.map { arm in
            var hash = StableHash()
            hash.combine(arm.name)
            return hash.value
        }
    }

    /// The arm of a subject, such as an account or a client address.
    public func arm(of subject: String) -> Arm {
        var hash = StableHash()
        hash.combine(experiment)
        hash.combineSeparator()
        hash.combine(subject)
        let base = hash.value
        var best: (arm: Arm, score: UInt64)?
        for (arm, salt) in zip(arms, salts) where arm.weight > 0 {
            let score = FixedPointLogarithm.negated(StableHash.mix(base ^ salt))
            // score / weight < best score / best weight, without a division; below 2^38 times 2^14.
            guard let leader = best, score * UInt64(leader.arm.weight) >= leader.score * UInt64(arm.weight) else {
                best = (arm, score)
                continue
            }
        }
        return best?.arm ?? arms[0]
    }
}
