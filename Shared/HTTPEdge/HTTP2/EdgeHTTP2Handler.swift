public import NIOCore
public import NIOHTTP2

/// One client's HTTP/2 connection: ends it when it has been idle for long enough, and when the listener is to stop.
///
/// It ends in two steps (RFC 9113 section 6.8): the client is told to begin no more requests, and once it has answered
/// a ping, or after ``EdgeLimits/lingerTime``, which of them are still served. With the last of these the connection
/// ends.
public final class EdgeHTTP2Handler: ChannelInboundHandler, EdgeTimed {
    /// What comes from the connection.
    public typealias InboundIn = HTTP2Frame
    /// What goes to it.
    public typealias OutboundOut = HTTP2Frame

    private enum Phase {
        case serving
        /// The client was told to begin no more requests.
        case announced(at: NIODeadline)
        /// No request that began since is served.
        case finishing
        /// The connection ends, whatever is under way.
        case closing
    }

    private let limits: EdgeLimits
    private let ticker: EdgeTicker
    private var context: ChannelHandlerContext?
    private var phase = Phase.serving
    private var streams = 0
    private var lastStream = HTTP2StreamID.rootStream
    private var idleSince: NIODeadline
    private let ping = HTTP2PingData(withInteger: UInt64(UInt32.max))

    /// Creates the handler of a connection; it stands behind the one that knows the streams.
    public init(limits: EdgeLimits, ticker: EdgeTicker) {
        self.limits = limits
        self.ticker = ticker
        idleSince = ticker.eventLoop.now
    }

    /// Starts the connection's time.
    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        ticker.add(self)
    }

    /// Ends the connection's time.
    public func handlerRemoved(context: ChannelHandlerContext) {
        ticker.remove(self)
        self.context = nil
    }

    /// Ends the connection's time.
    public func channelInactive(context: ChannelHandlerContext) {
        ticker.remove(self)
        context.fireChannelInactive()
    }

    /// Waits for the client to say that it knows of the end.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(ping, ack: true) = unwrapInboundIn(data).payload { finish() }
    }

    /// Ends the connection when the listener is to stop, or the client is gone.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: announceEnd()
        // HTTP/2 knows no client that still reads.
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// What a client does wrong has been answered: with the end of its stream, or of the connection.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    /// Looks at the clock; called twice a second.
    ///
    /// - Returns: Whether that ended the connection.
    public func tick() -> Bool {
        guard let context else { return false }
        let now = context.eventLoop.now
        switch phase {
        case .serving where streams == 0 && now - idleSince >= TimeAmount(limits.idleTime): announceEnd()
        case .announced(let start) where now - start >= TimeAmount(limits.lingerTime): finish()
        default: return false
        }
        return true
    }

    private func announceEnd() {
        guard let context, case .serving = phase else { return }
        phase = .announced(at: context.eventLoop.now)
        write(.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil))
        write(.ping(ping, ack: false))
        context.flush()
    }

    private func finish() {
        guard let context, case .announced = phase else { return }
        phase = .finishing
        write(.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil))
        context.flush()
        closeIfDone()
    }

    private func write(_ payload: HTTP2Frame.FramePayload) {
        context?.write(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }

    private func closeIfDone() {
        if case .finishing = phase, streams == 0 { closeSoon() }
    }

    /// Ends the connection once the frames that are being written are flushed.
    private func closeSoon() {
        guard let context else { return }
        phase = .closing
        context.eventLoop.assumeIsolated().execute { context.close(promise: nil) }
    }
}

// MARK: What the handler of the streams tells

extension EdgeHTTP2Handler {
    /// Tells the handler of streams that begin and end, and of what is sent on the connection itself.
    public struct Delegate: NIOHTTP2StreamDelegate, NIOHTTP2FrameDelegate {
        private let handler: NIOLoopBound<EdgeHTTP2Handler>

        fileprivate init(_ handler: EdgeHTTP2Handler) {
            self.handler = NIOLoopBound(handler, eventLoop: handler.ticker.eventLoop)
        }

        /// A stream has begun.
        public func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
            handler.value.began(id)
        }

        /// A stream has ended.
        public func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
            handler.value.ended()
        }

        /// A frame is on its way.
        public func wroteFrame(_ frame: HTTP2Frame) {
            guard case .goAway(_, let code, _) = frame.payload, code != .noError else { return }
            handler.value.closeSoon()
        }
    }

    /// For whoever makes the handler of the streams.
    public var delegate: Delegate { Delegate(self) }

    private func began(_ stream: HTTP2StreamID) {
        streams += 1
        lastStream = max(lastStream, stream)
    }

    private func ended() {
        streams -= 1
        idleSince = ticker.eventLoop.now
        closeIfDone()
    }
}
