import Testing

@testable import Resilience

@Suite struct ArrivalWheelTests {
    /// What has expired costs nothing, whatever else there is.
    @Test func releasesTheExpiredFirst() {
        var wheel = ArrivalWheel(span: 10_000)
        let (live, expired) = (place(5000, in: &wheel), place(10, in: &wheel))
        wheel.advance(to: 1000)
        #expect(wheel.releaseOldest() == expired)
        #expect(wheel.releaseExpired() == nil)
        #expect(wheel.releaseOldest() == live)
        #expect(wheel.releaseOldest() == nil)
    }

    private func place(_ arrival: Int128, in wheel: inout ArrivalWheel) -> Int {
        let slot = wheel.makeSlot()
        wheel.place(slot, arrival: arrival)
        return slot
    }
}
