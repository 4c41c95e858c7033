#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Pearson's chi-square test: how likely counts are to lie this far from what is expected, by chance alone.
enum ChiSquare {
    /// Tests reject a distribution that chance would bring about less often than this.
    static let significance = 0.001

    /// The probability of counts at least as far from these shares as the ones seen.
    ///
    /// A cell whose share is zero must be empty; it is no degree of freedom.
    static func probability(of counts: [Int], expecting shares: [Double]) -> Double {
        let total = Double(counts.reduce(0, +))
        let sum = shares.reduce(0, +)
        var statistic = 0.0
        var cells = 0
        for (count, share) in zip(counts, shares) {
            guard share > 0 else {
                if count > 0 { return 0 }
                continue
            }
            let expected = total * share / sum
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
            cells += 1
        }
        return tail(of: statistic, degreesOfFreedom: cells - 1)
    }

    /// The probability of two samples at least as different as these, were they drawn from one distribution.
    static func probability(of counts: [Int], and others: [Int]) -> Double {
        let total = Double(counts.reduce(0, +))
        let otherTotal = Double(others.reduce(0, +))
        var statistic = 0.0
        for (count, other) in zip(counts, others) {
            let share = Double(count + other) / (total + otherTotal)
            statistic += (Double(count) - total * share) * (Double(count) - total * share) / (total * share)
            statistic +=
                (Double(other) - otherTotal * share) * (Double(other) - otherTotal * share) / (otherTotal * share)
        }
        return tail(of: statistic, degreesOfFreedom: counts.count - 1)
    }

    /// The upper tail of the distribution: the regularised incomplete gamma function Q(k/2, x/2), by its series.
    static func tail(of statistic: Double, degreesOfFreedom: Int) -> Double {
        let shape = Double(degreesOfFreedom) / 2
        let argument = statistic / 2
        guard argument > 0 else { return 1 }
        var term = 1 / shape
        var sum = term
        var step = shape
        while term > sum * 1e-16 {
            step += 1
            term *= argument / step
            sum += term
        }
        return max(0, 1 - sum * exp(shape * log(argument) - argument - lgamma(shape)))
    }
}
