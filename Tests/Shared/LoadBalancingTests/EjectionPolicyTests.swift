import LoadBalancing
import Testing

@Suite struct EjectionPolicyTests {
    @Test func hasTheDefaultsOfTheDesign() {
        #expect(EjectionPolicy.defaultConsecutiveFailures == 5)
        #expect(EjectionPolicy.defaultBaseDuration == .seconds(30))
        #expect(EjectionPolicy.defaultMaximumDuration == .seconds(300))
        let policy = EjectionPolicy()
        #expect(policy.consecutiveFailures == 5)
        #expect(policy.baseDuration == .seconds(30))
        #expect(policy.maximumDuration == .seconds(300))
    }

    @Test(arguments: [(1, 30), (2, 60), (3, 90), (9, 270), (10, 300), (11, 300), (1_000_000, 300)])
    func ejectsThirtySecondsTimesTheEjectionUpToFiveMinutes(_ number: Int, seconds: Int) {
        #expect(EjectionPolicy().duration(ofEjection: number) == .seconds(seconds))
    }

    @Test(arguments: [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (10, 5), (11, 5)])
    func ejectsAtMostHalfAtLeastOneAndNeverTheOnlyOne(_ count: Int, maximum: Int) {
        #expect(EjectionPolicy().maximumEjected(of: count) == maximum)
    }

    @Test func followsItsOwnBounds() {
        let policy = EjectionPolicy(baseDuration: .seconds(2), maximumDuration: .seconds(5))
        #expect((1...4).map(policy.duration(ofEjection:)) == [.seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    }
}
