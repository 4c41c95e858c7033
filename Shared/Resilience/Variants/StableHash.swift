/// A hash that is the same in every process, on every machine and in every release, unlike `Hasher`.
///
/// FNV-1a with 64 bits (G. Fowler, L. C. Noll and K.-P. Vo) over the bytes, then the finaliser of SplitMix64 (G. Steele
/// and others, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014), which spreads each input bit over all
/// output bits. Fast and well mixed, but not keyed: who knows the algorithm can choose inputs that collide.
struct StableHash: Sendable {
    private(set) var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Adds the bytes of a text.
    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
    }

    /// Adds a byte that is in no text, so that ("ab", "c") and ("a", "bc") differ.
    mutating func combineSeparator() {
        combine(UInt8(0xFF))
    }

    /// The hash of all that was added.
    var value: UInt64 { Self.mix(state) }

    /// The finaliser of SplitMix64, a bijection.
    static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}
