import NIOCore
import NIOHTTPTypes

/// Reports the life of a connection to a tracker whose requests are told by ``StreamTrackingHandler``.
final class TrackedConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

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
}

/// Reports the request of one stream to the tracker of its connection.
final class StreamTrackingHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let tracker: ConnectionTracker
    private let connection: ObjectIdentifier
    private var isInFlight = false

    init(_ tracker: ConnectionTracker, connection: ObjectIdentifier) {
        self.tracker = tracker
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) {
            isInFlight = true
            tracker.requestStarted(connection)
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { finish() }
        context.write(data, promise: promise)
    }

    private func finish() {
        guard isInFlight else { return }
        isInFlight = false
        tracker.requestFinished(connection)
    }
}
