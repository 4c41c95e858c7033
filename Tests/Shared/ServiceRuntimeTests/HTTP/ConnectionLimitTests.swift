import InMemoryLogging
import Logging
import Testing

@testable import ServiceRuntime

/// How many connections there may be at a time.
@Suite struct ConnectionLimitTests {
    @Test func acceptsNoMoreThanItMay() {
        let handler = InMemoryLogHandler()
        var limit = ConnectionLimit(20, logger: Logger(label: "test", factory: { _ in handler }))
        for _ in 0..<20 {
            #expect(limit.isAcceptingNewConnections())
            limit.connectionOpened()
        }
        #expect(!limit.isAcceptingNewConnections())
        limit.connectionClosed()
        #expect(limit.isAcceptingNewConnections())
        // One that comes and goes at the limit is no news.
        for _ in 0..<5 {
            limit.connectionOpened()
            limit.connectionClosed()
        }
        limit.connectionClosed()
        let messages = handler.entries.map { "\($0.message)" }
        #expect(
            messages == ["as many connections as there may be; the next ones wait", "connections are accepted again"]
        )
    }

    @Test(arguments: [(1024, 768), (256, 192), (1, 1), (10_000_000, 100_000)])
    func leavesDescriptorsForTheRest(descriptors: Int, connections: Int) {
        #expect(ConnectionLimit.standard(descriptors: descriptors) == connections)
    }

    @Test func looksAtMemoryOnlyAfterManyConnections() {
        let tracker = ConnectionTracker()
        let owner = Owner()
        for _ in 0..<MemoryTrim.connections - 1 { tracker.closed(ObjectIdentifier(owner)) }
        #expect(!tracker.haveEnded(MemoryTrim.connections))
        tracker.closed(ObjectIdentifier(owner))
        #expect(tracker.haveEnded(MemoryTrim.connections))
        #expect(!tracker.haveEnded(MemoryTrim.connections))
        #expect(DescriptorLimit.raise() >= 256)
        #expect(MemoryTrim.interval == .seconds(10) && MemoryTrim.connections == 1000)
    }

    private final class Owner {}
}
