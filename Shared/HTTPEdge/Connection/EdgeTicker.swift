public import NIOCore

/// Wakes the connections of one event loop twice a second, so that none needs timers of its own.
///
/// A timer that nearly never fires would cost each request two operations on the loop's queue of timers, one of which
/// walks the queue.
public final class EdgeTicker {
    static let interval = TimeAmount.milliseconds(500)
    /// How many connections are ended before others get their turn.
    static let endingsAtOnce = 16

    let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: EdgeConnectionHandler] = [:]
    private var isTicking = false

    /// Creates the ticker of a loop.
    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func add(_ connection: EdgeConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
        guard !isTicking else { return }
        isTicking = true
        schedule()
    }

    func remove(_ connection: EdgeConnectionHandler) {
        connections[ObjectIdentifier(connection)] = nil
    }

    private func schedule() {
        eventLoop.assumeIsolated().scheduleTask(in: Self.interval) { self.tick() }
    }

    private func tick() {
        look(at: Array(connections.values)[...])
    }

    /// Looks at some connections, and at the rest after whatever waits on the loop: ending many at once takes long.
    private func look(at waiting: ArraySlice<EdgeConnectionHandler>) {
        var ended = 0
        var rest = waiting
        while ended < Self.endingsAtOnce, let connection = rest.popFirst() {
            if connection.tick() { ended += 1 }
        }
        guard rest.isEmpty else {
            let remaining = rest
            eventLoop.assumeIsolated().execute { self.look(at: remaining) }
            return
        }
        isTicking = !connections.isEmpty
        if isTicking { schedule() }
    }
}
