import Testing

@testable import LoadBalancing

@Suite struct SuccessWindowTests {
    @Test func coversThirtySecondsInTenSlices() {
        #expect(SuccessWindow.length == .seconds(30))
        #expect(SuccessWindow.sliceCount == 10)
    }

    @Test func countsNothingAtFirst() {
        #expect(SuccessWindow().counts(at: .seconds(1000)) == (0, 0))
    }

    @Test func slidesByWholeSlices() {
        var window = SuccessWindow()
        for second in 0..<60 {
            window.recordSuccess(at: .seconds(second))
            if second % 2 == 0 { window.recordFailure(at: .seconds(second)) }
        }
        // The slice from 57 s and the nine before it: 30 successes, a failure every other second.
        #expect(window.counts(at: .seconds(59)) == (30, 45))
        #expect(window.counts(at: .seconds(60)) == (27, 40))
        #expect(window.counts(at: .seconds(86)) == (3, 4))
        #expect(window.counts(at: .seconds(87)) == (0, 0))
    }

    @Test func forgetsAWholeWindowWithoutCalls() {
        var window = SuccessWindow()
        window.recordFailure(at: .seconds(1))
        window.recordSuccess(at: .seconds(301))
        #expect(window.counts(at: .seconds(301)) == (1, 1))
    }

    @Test func isEmptyWhenCleared() {
        var window = SuccessWindow()
        window.recordFailure(at: .seconds(1))
        window.clear()
        #expect(window.counts(at: .seconds(1)) == (0, 0))
        window.recordSuccess(at: .seconds(1))
        #expect(window.counts(at: .seconds(1)) == (1, 1))
    }
}
