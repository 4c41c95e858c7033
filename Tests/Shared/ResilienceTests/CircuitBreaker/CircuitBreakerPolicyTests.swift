import Resilience
import TestSupport
import Testing

@Suite struct CircuitBreakerPolicyTests {
    @Test func hasTheDefaultsOfTheDesign() {
        #expect(CircuitBreakerPolicy.defaultWindow == .seconds(10))
        #expect(CircuitBreakerPolicy.defaultMinimumCalls == 20)
        #expect(CircuitBreakerPolicy.defaultFailurePercent == 50)
        #expect(CircuitBreakerPolicy.defaultOpenDuration == .seconds(5))
        #expect(CircuitBreakerPolicy.defaultMaximumOpenDuration == .seconds(60))
        #expect(CircuitBreakerPolicy.defaultJitterPercent == 20)
        #expect(CircuitBreakerPolicy.defaultProbes == 3)
    }

    @Test func usesTheDefaultsUnlessTold() {
        let policy = CircuitBreakerPolicy()
        #expect(policy.window == .seconds(10))
        #expect(policy.minimumCalls == 20)
        #expect(policy.failurePercent == 50)
        #expect(policy.openDuration == .seconds(5))
        #expect(policy.maximumOpenDuration == .seconds(60))
        #expect(policy.jitterPercent == 20)
        #expect(policy.probes == 3)
    }

    @Test(arguments: [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (5, 60), (62, 60), (1_000_000, 60)])
    func doublesTheOpenTimeUpToTheMaximum(_ opening: Int, seconds: Int) {
        var policy = CircuitBreakerPolicy()
        policy.jitterPercent = 0
        var generator = SeededGenerator(seed: 301)
        #expect(policy.openDuration(ofOpening: opening, using: &generator) == .seconds(seconds))
    }

    /// Jitter comes after the cap, so that the longest time is 72 seconds.
    @Test(arguments: [(0, 4, 6), (1, 8, 12), (3, 32, 48), (4, 48, 72), (9, 48, 72)])
    func variesTheOpenTimeByAFifth(_ opening: Int, shortest: Int, longest: Int) {
        let policy = CircuitBreakerPolicy()
        var low = RepeatingGenerator.lowest
        var high = RepeatingGenerator.highest
        #expect(policy.openDuration(ofOpening: opening, using: &low) == .seconds(shortest))
        #expect(policy.openDuration(ofOpening: opening, using: &high) == .seconds(longest))
    }

    @Test func endsTheDoublingForAnyFirstTime() {
        var policy = CircuitBreakerPolicy()
        policy.jitterPercent = 0
        policy.openDuration = .zero
        var generator = SeededGenerator(seed: 302)
        #expect(policy.openDuration(ofOpening: 80, using: &generator) == .zero)
        policy.openDuration = .seconds(90)
        #expect(policy.openDuration(ofOpening: 0, using: &generator) == .seconds(60))
    }

    /// 100 000 draws in ten bins; significance 0.001.
    @Test(arguments: [311, 312] as [UInt64])
    func drawsTheOpenTimeUniformly(_ seed: UInt64) {
        let policy = CircuitBreakerPolicy()
        var generator = SeededGenerator(seed: seed)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<100_000 {
            let drawn = policy.openDuration(ofOpening: 0, using: &generator)
            counts[Int((drawn - .seconds(4)).wholeMilliseconds) * 10 / 2001] += 1
        }
        let test = ChiSquare(uniform: counts)
        #expect(test.isPlausible, "seed \(seed): \(test), \(counts)")
    }
}
