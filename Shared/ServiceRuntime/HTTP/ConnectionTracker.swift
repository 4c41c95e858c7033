public import FoundationEssentials
import HTTPEdge
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Who is connected to a listener, since when, and how many requests each has in flight.
public final class ConnectionTracker: Sendable {
    /// One connection.
    public struct Connection: Encodable, Sendable {
        /// The peer's address and port.
        public var peer: String
        /// When it was accepted.
        public var since: Date
        /// Requests that are not answered yet.
        public var inFlight: Int
        /// Requests so far.
        public var requests: Int
    }

    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])
    /// How many connections have ended since somebody asked.
    private let ended = Atomic(0)

    /// Creates a tracker.
    public init() {}

    /// The connections, the oldest first.
    public var snapshot: [Connection] {
        connections.withLock { $0.values.sorted { $0.since < $1.since } }
    }

    /// Requests of all connections that are not answered yet.
    var inFlight: Int {
        connections.withLock { $0.values.reduce(0) { $0 + $1.inFlight } }
    }

    /// Address and port, an IPv6 address in brackets.
    static func peer(_ address: SocketAddress?) -> String {
        guard let host = address?.ipAddress, let port = address?.port else { return "unknown" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    func opened(_ id: ObjectIdentifier, peer: String) {
        connections.withLock { $0[id] = Connection(peer: peer, since: Date(), inFlight: 0, requests: 0) }
    }

    func closed(_ id: ObjectIdentifier) {
        connections.withLock { $0[id] = nil }
        ended.add(1, ordering: .relaxed)
    }

    /// Whether at least so many connections have ended since this was last true.
    func haveEnded(_ count: Int) -> Bool {
        let now = ended.load(ordering: .relaxed)
        guard now >= count else { return false }
        ended.subtract(now, ordering: .relaxed)
        return true
    }

    func requestStarted(_ id: ObjectIdentifier) {
        connections.withLock {
            $0[id]?.inFlight += 1
            $0[id]?.requests += 1
        }
    }

    func requestFinished(_ id: ObjectIdentifier) {
        connections.withLock { $0[id]?.inFlight -= 1 }
    }
}

/// Reports one channel's life to a tracker.
final class ConnectionTrackingHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let tracker: ConnectionTracker

    init(_ tracker: ConnectionTracker) {
        self.tracker = tracker
    }

    func handlerAdded(context: ChannelHandlerContext) {
        tracker.opened(ObjectIdentifier(self), peer: ConnectionTracker.peer(context.remoteAddress))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        tracker.closed(ObjectIdentifier(self))
    }

    func channelInactive(context: ChannelHandlerContext) {
        tracker.closed(ObjectIdentifier(self))
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { tracker.requestStarted(ObjectIdentifier(self)) }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? EdgeShortcutEvent {
        case .began: tracker.requestStarted(ObjectIdentifier(self))
        case .ended: tracker.requestFinished(ObjectIdentifier(self))
        case nil: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { tracker.requestFinished(ObjectIdentifier(self)) }
        context.write(data, promise: promise)
    }
}
