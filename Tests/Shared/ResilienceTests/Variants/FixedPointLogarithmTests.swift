import TestSupport
import Testing

@testable import Resilience

@Suite struct FixedPointLogarithmTests {
    @Test(arguments: 0...63)
    func isExactForPowersOfTwo(_ power: Int) {
        #expect(FixedPointLogarithm.negated(1 << UInt64(power)) == UInt64(64 - power) << 32)
    }

    @Test func takesZeroForOne() {
        #expect(FixedPointLogarithm.negated(0) == 64 << 32)
    }

    @Test func isAtLeastOneUnit() {
        #expect(FixedPointLogarithm.negated(.max) == 1)
    }

    /// What makes a logarithm of an increasing function: products become sums, up to the units that are cut off.
    @Test(arguments: [701] as [UInt64])
    func turnsProductsIntoSums(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<10_000 {
            let left = generator.next() >> UInt64.random(in: 32..<64, using: &generator) | 1
            let right = generator.next() >> UInt64.random(in: 32..<64, using: &generator) | 1
            let difference = logarithm(left * right) - logarithm(left) - logarithm(right)
            guard (0...1).contains(difference), logarithm(left + 1) > logarithm(left) else {
                Issue.record("seed \(seed): \(left) and \(right) differ by \(difference)")
                return
            }
        }
    }

    /// `log₂ number` in units of 2⁻³², rounded down.
    private func logarithm(_ number: UInt64) -> Int64 {
        64 << 32 - Int64(FixedPointLogarithm.negated(number))
    }
}
