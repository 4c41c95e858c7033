import Testing

@testable import LoadBalancing

@Suite struct PeakEWMATests {
    @Test func hasTheConstantsOfTheDesign() {
        #expect(PeakEWMA.timeConstant == .seconds(10))
        #expect(PeakEWMA.peakTimeConstant == .milliseconds(500))
        #expect(PeakEWMA.failurePenalty == .seconds(2))
        #expect(PeakEWMA.failureFactor == 10)
        #expect(Candidates.unknownLatency == 1)
        #expect(Candidates.leastLatency == 0.000001)
    }

    @Test func knowsNothingAtFirst() {
        #expect(PeakEWMA().value(at: .seconds(5)) == nil)
    }

    @Test func takesTheFirstSampleForTheAverage() {
        var average = PeakEWMA()
        average.observe(0.02, at: .seconds(5))
        #expect(average.value(at: .seconds(5)) == 0.02)
    }

    @Test func jumpsUpAtOnce() {
        var average = PeakEWMA()
        average.observe(0.02, at: .zero)
        average.observe(0.5, at: .milliseconds(1))
        #expect(average.value(at: .milliseconds(1)) == 0.5)
    }

    /// 0.367879, 0.135335 and 0.049787 are e⁻¹, e⁻² and e⁻³; the mean is 0.02 all the time.
    @Test(arguments: [(500, 0.367879), (1000, 0.135335), (1500, 0.049787)])
    func forgetsAPeakWithinASecond(_ milliseconds: Int, left: Double) throws {
        var average = PeakEWMA()
        for step in 0..<10_000 { average.observe(0.02, at: .milliseconds(step)) }
        average.observe(1, at: .seconds(10))
        let value = try #require(average.value(at: .seconds(10) + .milliseconds(milliseconds)))
        #expect(abs(value - left) < 1e-6)
    }

    /// After one time constant a lower sample weighs 1 − 1/e in a mean of many.
    @Test func comesDownSlowly() throws {
        var average = PeakEWMA()
        for step in 0..<10_000 { average.observe(1, at: .milliseconds(step)) }
        average.observe(0.1, at: .milliseconds(19_999))
        let value = try #require(average.value(at: .milliseconds(19_999)))
        #expect(abs(value - (1 / 2.718281828 + 0.1 * (1 - 1 / 2.718281828))) < 1e-6)
    }

    /// The first call opened a connection: of ten, all in one millisecond, each counts a tenth.
    @Test func weighsItsFirstSamplesAlike() throws {
        var average = PeakEWMA()
        average.observe(1, at: .zero)
        for step in 1..<10 { average.observe(0.1, at: .microseconds(100 * step)) }
        let value = try #require(average.value(at: .seconds(3)))
        #expect(abs(value / 0.7408182 - 0.19) < 0.001, "0.7408182 is e^-0.3")
    }

    /// 0.367879, 0.135335 and 0.049787 are e⁻¹, e⁻² and e⁻³.
    @Test(arguments: [(0, 1.0), (10, 0.367879), (20, 0.135335), (30, 0.049787)])
    func fadesWithoutSamples(_ seconds: Int, left: Double) throws {
        var average = PeakEWMA()
        average.observe(1, at: .seconds(100))
        let value = try #require(average.value(at: .seconds(100 + seconds)))
        #expect(abs(value - left) < 1e-6)
    }

    /// A thousand equal samples leave no trace of the peak before them, however often the average is read.
    @Test func tendsToTheMeanOfItsSamples() throws {
        var average = PeakEWMA()
        average.observe(5, at: .zero)
        for step in 1...10_000 {
            let now = Duration.milliseconds(10 * step)
            _ = average.value(at: now)
            average.observe(0.02, at: now)
        }
        let value = try #require(average.value(at: .seconds(100)))
        #expect(abs(value - 0.02) < 0.001, "\(value)")
    }

    @Test func toleratesTimesThatAreSlightlyOutOfOrder() {
        var average = PeakEWMA()
        average.observe(1, at: .seconds(2))
        average.observe(0.5, at: .seconds(1))
        #expect(average.value(at: .seconds(1)) == 1)
        #expect(average.value(at: .seconds(2)) == 1)
    }

    // MARK: Failures

    @Test func takesAFailureForSlowHoweverFastItCame() {
        var average = PeakEWMA()
        average.observeFailure(after: 0.001, typical: 0.02, at: .zero)
        #expect(average.value(at: .zero) == 2)
    }

    @Test func takesAFailureForSlowerThanSlowCalls() {
        var average = PeakEWMA()
        average.observeFailure(after: 0.001, typical: 5, at: .zero)
        #expect(average.value(at: .zero) == 50)
    }

    @Test func takesALongFailureForAsLongAsItWas() {
        var average = PeakEWMA()
        average.observe(0.02, at: .zero)
        average.observeFailure(after: 7, typical: 0.02, at: .zero)
        #expect(average.value(at: .zero) == 7)
    }

    /// One failure of a hundred calls at 10 ms is worth 1 % of two seconds, not a jump to them.
    @Test func raisesTheAverageByTheShareOfFailures() throws {
        var average = PeakEWMA()
        for step in 0..<10_000 {
            let now = Duration.milliseconds(10 * step)
            if step % 100 == 99 {
                average.observeFailure(after: 0.001, typical: 0.01, at: now)
            } else {
                average.observe(0.01, at: now)
            }
        }
        let value = try #require(average.value(at: .seconds(100)))
        #expect((0.02...0.04).contains(value), "\(value)")
    }

    // MARK: Calls that were given up

    @Test func takesACallGivenUpForAtLeastThatSlow() {
        var average = PeakEWMA()
        average.observe(0.02, at: .zero)
        average.observeAtLeast(3, at: .zero)
        #expect(average.value(at: .zero) == 3)
        average.observeAtLeast(1, at: .zero)
        #expect(average.value(at: .zero) == 3)
    }
}
