/// Randomness without any: the lowest or the highest number that a range can give.
struct RepeatingGenerator: RandomNumberGenerator {
    /// Draws the lower end of a range.
    static let lowest = Self(number: 1)
    /// Draws the upper end of a range.
    static let highest = Self(number: .max)

    private let number: UInt64

    mutating func next() -> UInt64 { number }
}
