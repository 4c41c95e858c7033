/// What a call is about, for policies that send equal keys to the same replica.
///
/// Equal texts give equal keys in every process and on every platform, so that all clients of a service agree.
public struct AffinityKey: Hashable, Sendable {
    /// The key's place on the ring of ``ConsistentHash``.
    public let hash: UInt64

    /// Creates a key from a text such as an account's ID; it is not kept.
    public init(_ text: String) {
        hash = Self.hash(text)
    }

    /// Creates a key from a hash that is spread over all 64 bits.
    public init(hash: UInt64) {
        self.hash = hash
    }

    /// FNV-1a (draft-eastlake-fnv), whose high bits a mixing step repairs for short texts.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return PickGenerator.mixed(hash)
    }
}
