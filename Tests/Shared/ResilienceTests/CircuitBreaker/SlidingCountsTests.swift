import Testing

@testable import Resilience

@Suite struct SlidingCountsTests {
    @Test func movesInTenSlices() {
        #expect(SlidingCounts.sliceCount == 10)
    }

    /// A failed call at the first time, and a good one at the second.
    @Test(arguments: [
        (0, 0, 2), (0, 999, 2), (0, 1000, 1), (99, 999, 2), (99, 1000, 1), (100, 1000, 2), (100, 1099, 2),
        (100, 1100, 1), (950, 1899, 2), (950, 1900, 1), (0, 90_000, 1), (500, 90_000, 1), (90_000, 0, 2),
    ])
    func forgetsASliceWhenItLeavesTheWindow(_ first: Int, second: Int, calls: Int) {
        var counts = SlidingCounts(window: .seconds(1))
        counts.addCall(failures: 1, at: .milliseconds(first))
        counts.addCall(failures: 0, at: .milliseconds(second))
        #expect(counts.calls == calls)
        #expect(counts.failures == calls - 1)
    }

    @Test func acceptsAWindowOfNoLength() {
        var counts = SlidingCounts(window: .zero)
        counts.addCall(failures: 1, at: .seconds(1))
        counts.addCall(failures: 1, at: .seconds(2))
        #expect(counts.calls == 1)
    }
}
