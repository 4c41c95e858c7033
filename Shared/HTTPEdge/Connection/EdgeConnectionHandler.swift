import HTTPTypes
public import NIOCore
public import NIOHTTPTypes

/// One client's connection: reads requests within limits, one at a time, and writes their answers as HTTP/1.
///
/// What is no acceptable request is answered here and ends the connection; whoever is behind in the pipeline never sees
/// it. What goes wrong in a body is reported behind as an ``EdgeRefusal``, to be answered there. A refused request's rest
/// is read and dropped for ``EdgeLimits/lingerTime``, so that the client can read why.
public final class EdgeConnectionHandler: ChannelDuplexHandler, EdgeTimed {
    /// What comes from the socket.
    public typealias InboundIn = ByteBuffer
    /// What goes to the service behind.
    public typealias InboundOut = HTTPRequestPart
    /// What the service behind answers.
    public typealias OutboundIn = HTTPResponsePart
    /// What goes to the socket.
    public typealias OutboundOut = ByteBuffer

    enum Reading {
        case head(HeadScanner)
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
        /// The request is read; its answer is awaited.
        case complete
        /// Whatever comes is dropped until the end.
        case dropping

        var isBody: Bool {
            switch self {
            case .length, .chunked: true
            case .head, .complete, .dropping: false
            }
        }
    }

    let configuration: EdgeConfiguration
    private let ticker: EdgeTicker
    let shortcut: (any EdgeShortcut)?
    private(set) var context: ChannelHandlerContext?
    private(set) var peer: String?
    var clock: ReadClock
    var buffer = ByteBuffer()
    var reading = Reading.head(HeadScanner())
    var head = RequestHead()
    var headBytes = ByteBuffer()
    var isShortcutTaken = false
    var response = ResponseWriter()
    /// Whether a request has been handed on whose answer is not complete.
    var isAnswerAwaited = false
    /// Whether the head of the answer is written.
    var isAnswerBegun = false
    /// Whether the connection ends with the current answer.
    var closesAfterAnswer = false
    var isProcessing = false
    var isInputClosed = false
    private var isInputEnded = false
    var isReadHeld = false
    private var isReadUnderWay = false
    private var unwritableSince: NIODeadline?

    /// How much of the requests that follow is read before the current one is answered, in bytes.
    static let maximumReadAhead = 64 * 1024

    /// Creates the handler of a connection.
    ///
    /// - Parameters:
    ///   - configuration: What the connection is told.
    ///   - ticker: The ticker of the connection's event loop.
    ///   - shortcut: Answers some requests before anybody behind sees them.
    public init(configuration: EdgeConfiguration, ticker: EdgeTicker, shortcut: (any EdgeShortcut)? = nil) {
        self.configuration = configuration
        self.ticker = ticker
        self.shortcut = shortcut
        clock = ReadClock(now: ticker.eventLoop.now)
    }

    /// Starts the connection's time.
    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        peer = context.remoteAddress?.ipAddress
        clock.idle(at: context.eventLoop.now)
        ticker.add(self)
    }

    /// Ends the connection's time.
    public func handlerRemoved(context: ChannelHandlerContext) {
        ticker.remove(self)
        self.context = nil
    }

    /// Tells the service behind that the client is gone.
    public func channelInactive(context: ChannelHandlerContext) {
        ticker.remove(self)
        cancelShortcut()
        reportTruncation(context)
        reading = .dropping
        context.fireChannelInactive()
    }

    /// Listens to the client, but not to more requests than fit into ``maximumReadAhead`` before they can be answered.
    public func read(context: ChannelHandlerContext) {
        if mustWait(context), buffer.readableBytes > Self.maximumReadAhead {
            isReadHeld = true
            return
        }
        isReadHeld = false
        isReadUnderWay = true
        context.read()
    }

    /// Whether the next request cannot be begun yet.
    private func mustWait(_ context: ChannelHandlerContext) -> Bool {
        switch reading {
        case .complete: true
        case .head: !context.channel.isWritable
        case .length, .chunked, .dropping: false
        }
    }

    /// Reads what came.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if case .dropping = reading { return }
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
        process(context)
    }

    /// Remembers that nobody listens until the next read.
    public func channelReadComplete(context: ChannelHandlerContext) {
        isReadUnderWay = false
        context.fireChannelReadComplete()
        // Nobody behind asks for what is dropped.
        if case .dropping = reading, !isInputClosed { context.read() }
    }

    /// Ends the connection when the listener is to stop, and when the client has said its last word.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: endAfterAnswer(context)
        case ChannelEvent.inputClosed:
            isInputClosed = true
            endInput(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func endAfterAnswer(_ context: ChannelHandlerContext) {
        if isAnswerAwaited { closesAfterAnswer = true } else { closeWhenWritten(context) }
    }

    /// The client has said its last word, or is gone; what of it waits is still answered, one request after the other,
    /// but for the last one where a shortcut has it, or where it changes nothing: nobody may be there to read its answer.
    func endInput(_ context: ChannelHandlerContext) {
        reportTruncation(context)
        if mustWait(context), buffer.readableBytes > 0 { return }
        guard !isInputEnded else { return }
        isInputEnded = true
        guard !isGone else {
            isAnswerAwaited = false
            return closeWhenWritten(context)
        }
        cancelShortcut()
        reading = .dropping
        endAfterAnswer(context)
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    /// Whether the client, which has said its last word, is taken to have left.
    ///
    /// It is when it waits for an answer that has not begun, and whose request changes nothing; what changes something is
    /// finished as it was begun.
    private var isGone: Bool {
        guard case .complete = reading else { return false }
        return isAnswerAwaited && !isAnswerBegun && !isShortcutTaken && head.method.isSafe
    }

    /// Tells the service behind that a body will not end.
    private func reportTruncation(_ context: ChannelHandlerContext) {
        guard reading.isBody else { return }
        reading = .dropping
        closesAfterAnswer = true
        context.fireErrorCaught(EdgeRefusal.truncatedBody)
    }

    /// Tells the shortcut how much the client takes.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        if isWritable { unwritableSince = nil }
        if isShortcutTaken { shortcut?.writabilityChanged(to: isWritable) }
        context.fireChannelWritabilityChanged()
        if isWritable { goOn(context) }
    }

    /// Looks at the clock; called twice a second.
    ///
    /// - Returns: Whether that ended the connection or the request.
    public func tick() -> Bool {
        guard let context else { return false }
        let now = context.eventLoop.now
        if !context.channel.isWritable {
            let since = unwritableSince ?? now
            unwritableSince = since
            if now - since >= TimeAmount(configuration.limits.stallTime) {
                abort(context)
                return true
            }
        }
        switch clock.verdict(at: now, isReading: isReadUnderWay, limits: configuration.limits) {
        case .inTime: return false
        case .close: context.close(promise: nil)
        case .refuse(let refusal): fail(context, refusal)
        }
        return true
    }

    /// Leaves the end of the connection to this handler, where it has begun: that of the output alone would end all of
    /// it at once where the client has ended, and drop what waits.
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .output = mode, case .dropping = reading, !isAnswerAwaited {
            promise?.succeed()
        } else {
            context.close(mode: mode, promise: promise)
        }
    }

    /// Writes the answer of the service behind.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isAnswerAwaited else {
            // The request was given up, or never came; nobody waits for this.
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let answer): writeHead(context, answer, promise)
        case .body(let part): writeBody(context, part, promise)
        case .end: writeEnd(context, promise)
        }
    }
}
