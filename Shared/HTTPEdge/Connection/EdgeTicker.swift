public import NIOCore

/// What looks at the time when an ``EdgeTicker`` tells it to.
public protocol EdgeTimed: AnyObject {
    /// Looks at the clock; called twice a second.
    ///
    /// - Returns: Whether that ended a connection or a request.
    func tick() -> Bool
}

/// Wakes the connections of one event loop twice a second, so that none needs timers of its own.
///
/// A timer that nearly never fires would cost each request two operations on the loop's queue of timers, one of which
/// walks the queue.
public final class EdgeTicker {
    static let interval = TimeAmount.milliseconds(500)
    /// How many connections are ended before others get their turn.
    static let endingsAtOnce = 4
    /// How long the others get then.
    ///
    /// A task that is merely submitted again would run before anything is read from a socket.
    static let turnOfOthers = TimeAmount.milliseconds(2)

    /// The loop.
    public let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: any EdgeTimed] = [:]
    private var isTicking = false

    /// Creates the ticker of a loop.
    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Begins to tell a connection the time.
    public func add(_ connection: any EdgeTimed) {
        connections[ObjectIdentifier(connection)] = connection
        guard !isTicking else { return }
        isTicking = true
        schedule()
    }

    /// Stops telling a connection the time.
    public func remove(_ connection: any EdgeTimed) {
        connections[ObjectIdentifier(connection)] = nil
    }

    private func schedule() {
        eventLoop.assumeIsolated().scheduleTask(in: Self.interval) { self.tick() }
    }

    private func tick() {
        look(at: Array(connections.values)[...])
    }

    /// Looks at connections until some have been ended, and at the rest a moment later: ending many at once takes long.
    private func look(at waiting: ArraySlice<any EdgeTimed>) {
        var ended = 0
        var rest = waiting
        while ended < Self.endingsAtOnce, let connection = rest.popFirst() {
            if connection.tick() { ended += 1 }
        }
        guard rest.isEmpty else {
            let remaining = rest
            eventLoop.assumeIsolated().scheduleTask(in: Self.turnOfOthers) { self.look(at: remaining) }
            return
        }
        isTicking = !connections.isEmpty
        if isTicking { schedule() }
    }
}
