import Correlation
import TestSupport
import Testing

@Suite struct TraceSamplingTests {
    /// The last 64 bits of 10,000 trace IDs.
    private static let someBits: [UInt64] = {
        var generator = SeededGenerator(seed: 71)
        return (0..<10_000).map { _ in generator.next() }
    }()

    @Test(arguments: [0, 1, 1 << 55, 0x00FF_FFFF_FFFF_FFFF, .max] as [UInt64])
    func takesNothingAtZeroPercentAndEverythingAtAHundred(_ bits: UInt64) {
        #expect(!TraceSampling(percent: 0).samples(bits))
        #expect(TraceSampling(percent: 100).samples(bits))
        #expect(TraceSampling.all == TraceSampling(percent: 100))
    }

    /// Within four standard deviations, which one seed in 16,000 is not.
    @Test(arguments: [1, 10, 30, 50, 75, 99])
    func takesItsShare(_ percent: Int) {
        let sampling = TraceSampling(percent: percent)
        let share = Double(percent) / 100
        let count = Double(Self.someBits.count)
        let taken = Double(Self.someBits.filter(sampling.samples).count)
        #expect(abs(taken - count * share) < 4 * (count * share * (1 - share)).squareRoot())
    }

    @Test(arguments: [(1, 2), (10, 30), (30, 31), (50, 99), (99, 100)])
    func takesWhatASmallerShareTakes(_ smaller: Int, _ larger: Int) {
        let taken = Self.someBits.filter(TraceSampling(percent: smaller).samples)
        #expect(taken.count > 0)
        #expect(taken.allSatisfy(TraceSampling(percent: larger).samples))
    }

    /// The threshold of OpenTelemetry's consistent sampling: IDs from (1 - share) · 2⁵⁶ on.
    @Test(arguments: [(0x0080_0000_0000_0000, 50), (0x00C0_0000_0000_0000, 25), (0x0040_0000_0000_0000, 75)])
    func beginsAtTheThreshold(_ threshold: UInt64, _ percent: Int) {
        let sampling = TraceSampling(percent: percent)
        #expect(sampling.samples(threshold))
        #expect(!sampling.samples(threshold - 1))
    }

    @Test(arguments: [0x01 << 56, 0x80 << 56, 0xFF << 56] as [UInt64])
    func looksAtTheLast56BitsAlone(_ others: UInt64) {
        let sampling = TraceSampling(percent: 30)
        #expect(Self.someBits.allSatisfy { sampling.samples($0) == sampling.samples($0 ^ others) })
    }
}

// MARK: What a trace makes of it

extension TraceSamplingTests {
    private static let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"

    @Test(arguments: [0, 30, 100])
    func decidesAboutTracesThatBeginInItsTask(_ percent: Int) throws {
        let sampling = TraceSampling(percent: percent)
        var generator = SeededGenerator(seed: 72)
        for _ in 0..<200 {
            let trace = TraceSampling.$current.withValue(sampling) { TraceContext(using: &generator) }
            let bits = try #require(UInt64(trace.traceID.suffix(16), radix: 16))
            #expect(trace.isSampled == sampling.samples(bits))
        }
    }

    @Test(arguments: [("00", 100), ("01", 0), ("00", 0), ("01", 100)])
    func leavesWhatACallerDecided(_ flags: String, _ percent: Int) throws {
        try TraceSampling.$current.withValue(TraceSampling(percent: percent)) {
            var generator = SeededGenerator(seed: 73)
            let read = try #require(TraceContext(traceParent: "\(Self.header)-\(flags)", traceState: nil))
            let child = read.child(using: &generator)
            #expect(read.isSampled == (flags == "01"))
            #expect(child.isSampled == read.isSampled)
            #expect(child.traceParent.hasSuffix("-\(flags)"))
        }
    }

    @Test func leavesWhatWasDecidedAboutAParent() {
        var generator = SeededGenerator(seed: 74)
        let parent = TraceSampling.$current.withValue(TraceSampling(percent: 0)) { TraceContext(using: &generator) }
        #expect(!parent.isSampled)
        #expect(!parent.child(using: &generator).isSampled)
    }
}
