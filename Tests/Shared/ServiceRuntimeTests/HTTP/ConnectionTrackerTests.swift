import Testing

@testable import ServiceRuntime

@Suite struct ConnectionTrackerTests {
    private final class Channel {}

    private let tracker = ConnectionTracker()
    private let first = Channel()
    private let second = Channel()

    private var summary: [String] {
        tracker.snapshot.map { "\($0.peer) \($0.inFlight)/\($0.requests)" }
    }

    @Test func countsRequestsOfEachConnection() {
        tracker.opened(ObjectIdentifier(first), peer: "a")
        tracker.opened(ObjectIdentifier(second), peer: "b")
        #expect(summary == ["a 0/0", "b 0/0"])
        tracker.requestStarted(ObjectIdentifier(first))
        #expect(summary == ["a 1/1", "b 0/0"])
        tracker.requestFinished(ObjectIdentifier(first))
        tracker.requestStarted(ObjectIdentifier(first))
        tracker.requestStarted(ObjectIdentifier(second))
        #expect(summary == ["a 1/2", "b 1/1"])
    }

    @Test func forgetsAClosedConnection() {
        tracker.opened(ObjectIdentifier(first), peer: "a")
        tracker.closed(ObjectIdentifier(first))
        tracker.closed(ObjectIdentifier(first))
        tracker.requestStarted(ObjectIdentifier(first))
        tracker.requestFinished(ObjectIdentifier(first))
        #expect(summary == [])
    }
}
