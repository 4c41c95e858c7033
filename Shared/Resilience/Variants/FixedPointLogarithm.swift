/// Logarithms in whole numbers, the same on every machine; those of a C library may differ in the last bit.
enum FixedPointLogarithm {
    static let fractionBits = 32

    /// `−log₂(number / 2⁶⁴)` in units of 2⁻³², rounded up; zero counts as one.
    static func negated(_ number: UInt64) -> UInt64 {
        let whole = UInt64(63 - max(1, number).leadingZeroBitCount)
        // The mantissa, from 1 to below 2, with 63 bits behind the point.
        var mantissa = max(1, number) << UInt64(63 - whole)
        var logarithm = whole
        for _ in 0..<fractionBits {
            let square = mantissa.multipliedFullWidth(by: mantissa)
            let isTwoOrMore = square.high >> 63 == 1
            mantissa = isTwoOrMore ? square.high : square.high << 1 | square.low >> 63
            logarithm = logarithm << 1 | (isTwoOrMore ? 1 : 0)
        }
        return 64 << UInt64(fractionBits) - logarithm
    }
}
