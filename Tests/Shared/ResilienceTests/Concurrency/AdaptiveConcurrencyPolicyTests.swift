import Testing

@testable import Resilience

@Suite struct AdaptiveConcurrencyPolicyTests {
    @Test func hasItsDefaults() {
        #expect(AdaptiveConcurrencyPolicy.defaultInitialLimit == 100)
        #expect(AdaptiveConcurrencyPolicy.defaultMinimumLimit == 10)
        #expect(AdaptiveConcurrencyPolicy.defaultMaximumLimit == 1000)
        #expect(AdaptiveConcurrencyPolicy.defaultSmoothing == 0.2)
        #expect(AdaptiveConcurrencyPolicy.defaultTolerance == 1.5)
        #expect(AdaptiveConcurrencyPolicy.defaultSampleWindow == .milliseconds(100))
        #expect(AdaptiveConcurrencyPolicy.defaultMinimumSamples == 10)
        #expect(AdaptiveConcurrencyPolicy.defaultBaselineWindows == 3000)
        #expect(AdaptiveConcurrencyPolicy.defaultNegligibleLatency == .zero)
    }

    @Test func hasItsConstants() {
        #expect(AdaptiveConcurrencyPolicy.lowestGradient == 0.5)
        #expect(AdaptiveConcurrencyPolicy.minimumAllowance == 4)
        #expect(AdaptiveConcurrencyPolicy.staleBaselineRatio == 2)
        #expect(AdaptiveConcurrencyPolicy.staleBaselineDecay == 0.95)
        #expect(LatencyBaseline.warmUp == 10)
    }

    @Test func usesTheDefaultsUnlessTold() {
        let policy = AdaptiveConcurrencyPolicy()
        #expect(policy.initialLimit == 100)
        #expect(policy.minimumLimit == 10)
        #expect(policy.maximumLimit == 1000)
        #expect(policy.smoothing == 0.2)
        #expect(policy.tolerance == 1.5)
        #expect(policy.sampleWindow == .milliseconds(100))
        #expect(policy.minimumSamples == 10)
        #expect(policy.baselineWindows == 3000)
        #expect(policy.negligibleLatency == .zero)
    }

    @Test(arguments: [(1.0, 4.0), (15, 4), (16, 4), (25, 5), (100, 10), (900, 30)])
    func allowsForAQueueOfTheSquareRoot(_ limit: Double, allowance: Double) {
        #expect(AdaptiveConcurrencyPolicy().allowance(at: limit) == allowance)
    }

    @Test func averagesPlainlyAndThenExponentially() {
        var baseline = LatencyBaseline(windows: 3)
        for sample in 1...10 { baseline.add(Double(sample)) }
        #expect(abs(baseline.seconds - 5.5) < 1e-12)
        baseline.add(7.5)
        // The factor of three windows is 2 / (3 + 1).
        #expect(abs(baseline.seconds - 6.5) < 1e-12)
        baseline.scale(by: 0.5)
        #expect(abs(baseline.seconds - 3.25) < 1e-12)
    }

    @Test(arguments: [-1, 0, 1])
    func followsTheLastSampleWithASingleWindow(_ windows: Int) {
        var baseline = LatencyBaseline(windows: windows)
        for sample in 1...11 { baseline.add(Double(sample)) }
        #expect(baseline.seconds == 11)
    }
}
