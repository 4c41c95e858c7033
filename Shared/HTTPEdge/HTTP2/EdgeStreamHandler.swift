import HTTPTypes
public import NIOCore
import NIOHTTP2
public import NIOHTTPTypes

/// One request over HTTP/2 and its answer, within the limits that one over HTTP/1 has.
///
/// It stands between the codec of the stream and the service behind. What is no acceptable request is answered here,
/// and the service never sees it; what goes wrong in a body is reported behind as an ``EdgeRefusal``, to be answered
/// there. A stream whose answer is written is not read on: the client is told that the rest is not needed.
public final class EdgeStreamHandler: ChannelDuplexHandler, EdgeTimed {
    /// What comes from the codec.
    public typealias InboundIn = HTTPRequestPart
    /// What goes to the service behind.
    public typealias InboundOut = HTTPRequestPart
    /// What the service behind answers.
    public typealias OutboundIn = HTTPResponsePart
    /// What goes to the codec.
    public typealias OutboundOut = HTTPResponsePart

    enum Reading {
        case head
        /// The head is known, but not whether a body follows.
        case undecided(HTTPRequest)
        case body
        /// The request is read; its answer is awaited.
        case complete
        /// Whatever comes is dropped until the end.
        case dropping
    }

    let configuration: EdgeConfiguration
    private let ticker: EdgeTicker
    private(set) var context: ChannelHandlerContext?
    var clock: ReadClock
    var reading = Reading.head
    var answer = StreamAnswer()
    /// Whether the client has said its last word.
    var isInputEnded = false
    var isReset = false
    private var isReadUnderWay = false
    private var unwritableSince: NIODeadline?

    /// Creates the handler of a stream.
    ///
    /// - Parameters:
    ///   - configuration: What the connection is told.
    ///   - ticker: The ticker of the connection's event loop.
    public init(configuration: EdgeConfiguration, ticker: EdgeTicker) {
        self.configuration = configuration
        self.ticker = ticker
        clock = ReadClock(now: ticker.eventLoop.now)
    }

    /// Starts the stream's time.
    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        ticker.add(self)
    }

    /// Ends the stream's time.
    public func handlerRemoved(context: ChannelHandlerContext) {
        ticker.remove(self)
        self.context = nil
    }

    /// Tells the service behind that the client is gone, or wants no answer.
    public func channelInactive(context: ChannelHandlerContext) {
        ticker.remove(self)
        if case .body = reading { context.fireErrorCaught(EdgeRefusal.truncatedBody) }
        reading = .dropping
        answer.giveUp()
        context.fireChannelInactive()
    }

    /// Errors of a stream end it: what the service behind has to know, it learns from that.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    /// Listens to the client.
    public func read(context: ChannelHandlerContext) {
        isReadUnderWay = true
        context.read()
    }

    /// Reads what came.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request): if case .head = reading { reading = .undecided(request) }
        case .body(let part): body(context, part)
        case .end: end(context)
        }
    }

    /// A head that nothing has followed yet has a body, which is not there yet.
    public func channelReadComplete(context: ChannelHandlerContext) {
        isReadUnderWay = false
        handOnHead(context, hasBody: true)
        context.fireChannelReadComplete()
    }

    /// Forgets for how long the client did not read.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { unwritableSince = nil }
        context.fireChannelWritabilityChanged()
    }

    /// Looks at the clock; called twice a second.
    ///
    /// - Returns: Whether that ended the request.
    public func tick() -> Bool {
        guard let context else { return false }
        let now = context.eventLoop.now
        if !context.channel.isWritable {
            let since = unwritableSince ?? now
            unwritableSince = since
            if now - since >= TimeAmount(configuration.limits.stallTime) {
                reset(context, .cancel)
                return true
            }
        }
        switch clock.verdict(at: now, isReading: isReadUnderWay, limits: configuration.limits) {
        case .inTime: return false
        case .close: reset(context, .cancel)
        case .refuse(let refusal): fail(context, refusal)
        }
        return true
    }

    /// Writes the answer of the service behind.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard answer.isAwaited else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head): context.write(wrapOutboundOut(.head(answer.head(head))), promise: promise)
        case .body(let part): writeBody(context, part, promise)
        case .end: writeEnd(context, promise)
        }
    }
}
