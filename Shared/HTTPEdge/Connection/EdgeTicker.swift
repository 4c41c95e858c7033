import NIOCore
import Synchronization

/// Wakes the connections of one event loop twice a second, so that none needs timers of its own.
///
/// A timer that nearly never fires would cost each request two operations on the loop's queue of timers, one of which
/// walks the queue.
final class EdgeTicker {
    static let interval = TimeAmount.milliseconds(500)

    private let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: EdgeConnectionHandler] = [:]
    private var isTicking = false

    init(eventLoop: any EventLoop) {
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
        for connection in connections.values { connection.tick() }
        isTicking = !connections.isEmpty
        if isTicking { schedule() }
    }
}

/// The tickers of a listener's event loops.
public final class EdgeTickers: Sendable {
    private let tickers = Mutex<[ObjectIdentifier: NIOLoopBound<EdgeTicker>]>([:])

    /// Creates none; each event loop gets its own when it is asked for.
    public init() {}

    /// The ticker of the loop that this is called on.
    func ticker(of eventLoop: any EventLoop) -> EdgeTicker {
        tickers.withLock { tickers in
            let key = ObjectIdentifier(eventLoop)
            if let ticker = tickers[key] { return ticker.value }
            let ticker = EdgeTicker(eventLoop: eventLoop)
            tickers[key] = NIOLoopBound(ticker, eventLoop: eventLoop)
            return ticker
        }
    }
}
