public import NIOCore

/// What the proxied requests of one event loop share.
public final class ProxyLoop {
    /// How often deadlines are looked at while requests are under way: they are kept to within this time.
    static let interval = TimeAmount.milliseconds(50)
    /// How often idle connections are looked at.
    static let idleInterval = TimeAmount.seconds(1)

    let eventLoop: any EventLoop
    let configuration: ProxyConfiguration
    let connections: UpstreamConnections
    var random = RandomWords()
    private var date = HTTPDate()
    private var active: [ObjectIdentifier: ProxyExchange] = [:]
    private var isTicking = false
    private var isExpiring = false

    /// Creates the part of a loop.
    public init(configuration: ProxyConfiguration, eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        connections = UpstreamConnections(eventLoop: eventLoop)
    }

    /// The shortcut of a connection of this loop.
    public func makeExchange() -> ProxyExchange {
        ProxyExchange(loop: self)
    }

    var dateLine: ByteBuffer { date.line(at: configuration.wallClock()) }

    func add(_ exchange: ProxyExchange) {
        active[ObjectIdentifier(exchange)] = exchange
        if !isTicking { schedule() }
        if !isExpiring { scheduleExpiry() }
    }

    func remove(_ exchange: ProxyExchange) {
        active[ObjectIdentifier(exchange)] = nil
    }

    private func schedule() {
        isTicking = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.interval) { [self] in
            let now = eventLoop.now
            for exchange in active.values { exchange.tick(at: now) }
            if active.isEmpty { isTicking = false } else { schedule() }
        }
    }

    private func scheduleExpiry() {
        isExpiring = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.idleInterval) { [self] in
            connections.expire(at: eventLoop.now)
            if active.isEmpty, !connections.hasIdle { isExpiring = false } else { scheduleExpiry() }
        }
    }
}
