import Resilience
import TestSupport
import Testing

@Suite struct RetryPolicyTests {
    @Test func hasTheDefaultsOfTheDesign() {
        #expect(RetryPolicy.defaultMaximumAttempts == 3)
        #expect(RetryPolicy.defaultBasePause == .milliseconds(50))
        #expect(RetryPolicy.defaultMaximumPause == .seconds(1))
    }

    @Test func usesTheDefaultsUnlessTold() {
        let policy = RetryPolicy()
        #expect(policy.maximumAttempts == 3)
        #expect(policy.basePause == .milliseconds(50))
        #expect(policy.maximumPause == .seconds(1))
    }

    @Test(arguments: [
        (3, [true, true, false, false]), (1, [false, false, false, false]), (4, [true, true, true, false]),
    ])
    func allowsAttemptsUpToTheMaximum(_ maximum: Int, allowed: [Bool]) {
        let policy = RetryPolicy(maximumAttempts: maximum)
        #expect((1...4).map(policy.allowsAttempt(after:)) == allowed)
    }

    /// 100 000 draws in all: none outside the bounds, both ends nearly reached, the mean in the middle.
    @Test(arguments: [
        (0, 50), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (6, 1000), (20, 1000), (63, 1000), (500, 1000),
    ])
    func drawsPausesUniformlyUpToTheCeiling(_ retry: Int, ceilingInMilliseconds: Int) throws {
        let policy = RetryPolicy()
        var generator = SeededGenerator(seed: UInt64(retry) + 31)
        let ceiling = Double(ceilingInMilliseconds) / 1000
        let pauses = (0..<10_000).map { _ in policy.pause(beforeRetry: retry, using: &generator).seconds }
        let smallest = try #require(pauses.min())
        let largest = try #require(pauses.max())
        #expect((0..<ceiling * 0.01).contains(smallest), "seed \(generator.seed)")
        #expect((ceiling * 0.99...ceiling).contains(largest), "seed \(generator.seed)")
        let mean = pauses.reduce(0, +) / Double(pauses.count)
        #expect(abs(mean - ceiling / 2) < ceiling * 0.02, "seed \(generator.seed)")
        let inLowestQuarter = pauses.filter { $0 < ceiling / 4 }.count
        #expect((2300...2700).contains(inLowestQuarter), "seed \(generator.seed)")
    }

    @Test func reachesBothEndsOfTheRange() {
        let policy = RetryPolicy()
        var lowest = ConstantGenerator(number: 1)
        var highest = ConstantGenerator(number: .max)
        #expect(policy.pause(beforeRetry: 0, using: &lowest) == .zero)
        #expect(policy.pause(beforeRetry: 0, using: &highest) == .milliseconds(50))
        #expect(policy.pause(beforeRetry: 9, using: &highest) == .seconds(1))
    }

    @Test func drawsNoPauseFromNone() {
        let policy = RetryPolicy(basePause: .zero)
        var generator = SeededGenerator(seed: 32)
        #expect(policy.pause(beforeRetry: 5, using: &generator) == .zero)
    }

    @Test func followsItsOwnBounds() {
        let policy = RetryPolicy(basePause: .seconds(1), maximumPause: .seconds(3))
        var highest = ConstantGenerator(number: .max)
        let pauses = (0..<4).map { policy.pause(beforeRetry: $0, using: &highest) }
        #expect(pauses == [.seconds(1), .seconds(2), .seconds(3), .seconds(3)])
    }

    /// The ceiling is `min(maximumPause, basePause · 2ⁿ)` for every n.
    @Test func doublesUntilTheMaximumHoweverSmallTheBaseIs() {
        let policy = RetryPolicy(basePause: .nanoseconds(1), maximumPause: .seconds(1))
        var highest = ConstantGenerator(number: .max)
        #expect(policy.pause(beforeRetry: 24, using: &highest) == .nanoseconds(1 << 24))
        #expect(policy.pause(beforeRetry: 40, using: &highest) == .seconds(1))
    }
}

/// Randomness without any.
private struct ConstantGenerator: RandomNumberGenerator {
    let number: UInt64

    mutating func next() -> UInt64 { number }
}
