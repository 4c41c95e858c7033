/// Pearson's test of counts against the shares that they should have.
struct ChiSquare: CustomStringConvertible {
    /// What the statistic exceeds with a probability of one in a thousand, by degrees of freedom.
    private static let criticalValues = [
        1: 10.828, 2: 13.816, 3: 16.266, 4: 18.467, 8: 26.124, 9: 27.877,
    ]

    private let statistic: Double
    private let degreesOfFreedom: Int

    init(_ counts: [Int], shares: [Double]) {
        let total = Double(counts.reduce(0, +))
        statistic = zip(counts, shares).reduce(0) { sum, pair in
            let expected = pair.1 * total
            return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
        }
        degreesOfFreedom = counts.count - 1
    }

    init(uniform counts: [Int]) {
        self.init(counts, shares: [Double](repeating: 1 / Double(counts.count), count: counts.count))
    }

    /// Whether the counts are plausible at a significance of 0.001.
    var isPlausible: Bool {
        guard let critical = Self.criticalValues[degreesOfFreedom] else { return false }
        return statistic < critical
    }

    var description: String { "chi-square \(statistic) with \(degreesOfFreedom) degrees of freedom" }
}
