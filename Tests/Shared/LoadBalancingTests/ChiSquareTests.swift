import Testing

/// The instrument itself, against the tables of any statistics book.
@Suite struct ChiSquareTests {
    @Test(
        arguments: [
            (3.841, 1, 0.05), (10.828, 1, 0.001), (5.991, 2, 0.05), (13.816, 2, 0.001), (16.266, 3, 0.001),
            (18.307, 10, 0.05), (29.588, 10, 0.001), (124.342, 100, 0.05), (149.449, 100, 0.001),
        ]
    )
    func agreesWithTheTables(_ statistic: Double, degrees: Int, probability: Double) {
        let tail = ChiSquare.tail(of: statistic, degreesOfFreedom: degrees)
        #expect(abs(tail - probability) < probability * 0.002, "\(tail)")
    }

    @Test func tellsEvenFromUneven() {
        #expect(ChiSquare.probability(of: [500, 500], expecting: [1, 1]) == 1)
        #expect(ChiSquare.probability(of: [50_500, 49_500], expecting: [1, 1]) > ChiSquare.significance)
        #expect(ChiSquare.probability(of: [50_600, 49_400], expecting: [1, 1]) < ChiSquare.significance)
        #expect(ChiSquare.probability(of: [999, 1], expecting: [1, 0]) == 0)
        #expect(ChiSquare.probability(of: [500, 500], and: [250, 250]) == 1)
        #expect(ChiSquare.probability(of: [500, 500], and: [600, 400]) < ChiSquare.significance)
    }
}
