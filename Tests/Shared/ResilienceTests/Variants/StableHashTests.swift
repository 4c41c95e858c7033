import Testing

@testable import Resilience

@Suite struct StableHashTests {
    /// Published values of FNV-1a with 64 bits.
    @Test(arguments: [
        ("", UInt64(0xCBF2_9CE4_8422_2325)), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
    ])
    func hashesBytesLikeFNV1a(_ text: String, state: UInt64) {
        var hash = StableHash()
        hash.combine(text)
        #expect(hash.state == state)
    }

    /// The first numbers of SplitMix64 from the seeds 0 and 1234567.
    @Test(arguments: [(UInt64(0), UInt64(0xE220_A839_7B1D_CDAF)), (1_234_567, 6_457_827_717_110_365_317)])
    func finishesLikeSplitMix64(_ seed: UInt64, number: UInt64) {
        #expect(StableHash.mix(seed &+ 0x9E37_79B9_7F4A_7C15) == number)
    }

    @Test func setsPartsApart() {
        #expect(hash("ab", "c") != hash("a", "bc"))
        #expect(hash("a", "") != hash("", "a"))
    }

    private func hash(_ parts: String...) -> UInt64 {
        var hash = StableHash()
        for part in parts {
            hash.combine(part)
            hash.combineSeparator()
        }
        return hash.value
    }
}
