/// The randomness of one pool's picks: a small deterministic generator, seeded once.
///
/// The system's generator asks the kernel for every number, which costs more than a whole pick. Nothing here is a
/// secret, so a generator without a cryptographic claim does. The algorithm is SplitMix64 (Guy Steele and others, "Fast
/// Splittable Pseudorandom Number Generators", OOPSLA 2014).
public struct PickGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates a generator; the same seed gives the same numbers.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// A number in `[0, 1)`, a multiple of 2⁻⁵³.
    public mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Spreads every bit of `value` over all others.
    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
