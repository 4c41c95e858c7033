import LoadBalancing
import Testing

@Suite struct EjectionPolicyTests {
    @Test func hasTheDefaultsOfTheDesign() {
        #expect(EjectionPolicy.defaultConsecutiveFailures == 5)
        #expect(EjectionPolicy.defaultMinimumSuccessPercent == 80)
        #expect(EjectionPolicy.defaultMinimumCalls == 5)
        #expect(EjectionPolicy.defaultBaseDuration == .seconds(30))
        #expect(EjectionPolicy.defaultMaximumDuration == .seconds(300))
        #expect(EjectionPolicy.defaultForgivenessDuration == .seconds(300))
        #expect(EjectionPolicy.successWindow == .seconds(30))
        #expect(EjectionPolicy.probeLimit == .seconds(30))
    }

    @Test func usesItsDefaults() {
        let policy = EjectionPolicy()
        #expect(policy.consecutiveFailures == 5)
        #expect(policy.minimumSuccessPercent == 80)
        #expect(policy.minimumCalls == 5)
        #expect(policy.baseDuration == .seconds(30))
        #expect(policy.maximumDuration == .seconds(300))
        #expect(policy.forgivenessDuration == .seconds(300))
    }

    @Test(arguments: [(1, 30), (2, 60), (3, 90), (9, 270), (10, 300), (11, 300), (1_000_000, 300)])
    func ejectsThirtySecondsTimesTheEjectionUpToFiveMinutes(_ number: Int, seconds: Int) {
        #expect(EjectionPolicy().duration(ofEjection: number) == .seconds(seconds))
    }

    @Test(arguments: [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (10, 5), (11, 5)])
    func ejectsAtMostHalfAtLeastOneAndNeverTheOnlyOne(_ count: Int, maximum: Int) {
        #expect(EjectionPolicy().maximumEjected(of: count) == maximum)
    }

    @Test(arguments: [(3, 0, 3), (3, 299, 3), (3, 300, 2), (3, 899, 1), (3, 900, 0), (3, 90_000, 0), (0, 0, 0)])
    func forgivesAnEjectionEveryFiveMinutes(_ ejections: Int, seconds: Int, left: Int) {
        #expect(EjectionPolicy().remembered(ejections, after: .seconds(seconds)) == left)
    }

    @Test(arguments: [(0, 4, false), (0, 5, true), (3, 5, true), (4, 5, false), (799, 1000, true), (800, 1000, false)])
    func asksForFourFifthsOfFiveCallsOrMore(_ successes: Int, calls: Int, isTooLow: Bool) {
        #expect(EjectionPolicy().isTooLow(successes: successes, of: calls) == isTooLow)
    }

    @Test func followsItsOwnBounds() {
        let policy = EjectionPolicy(baseDuration: .seconds(2), maximumDuration: .seconds(5))
        #expect((1...4).map(policy.duration(ofEjection:)) == [.seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    }
}
