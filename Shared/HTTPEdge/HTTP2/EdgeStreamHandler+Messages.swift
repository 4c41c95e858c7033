import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

// MARK: The request

extension EdgeStreamHandler {
    /// Hands a head on as soon as it is known whether a body follows.
    func handOnHead(_ context: ChannelHandlerContext, hasBody: Bool) {
        guard case .undecided(var request) = reading else { return }
        do throws(EdgeRefusal) {
            try request.checkEdge(hasBody: hasBody, limits: configuration.limits)
        } catch {
            refuse(context, error, correlationID: request.headerFields[.correlationText])
            return
        }
        answer.begin(toHead: request.method == .head)
        if hasBody {
            reading = .body
            expectBody(context, of: request)
        } else {
            reading = .complete
            clock.answering()
        }
        context.fireChannelRead(wrapInboundOut(.head(request)))
    }

    private func expectBody(_ context: ChannelHandlerContext, of request: HTTPRequest) {
        let path = (request.path ?? "").prefix { $0 != "?" }
        clock.head(at: context.eventLoop.now)
        clock.body(isBounded: !configuration.isStream(request.method, String(path)), at: context.eventLoop.now)
        guard request.expectsContinue else { return }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    func body(_ context: ChannelHandlerContext, _ part: ByteBuffer) {
        handOnHead(context, hasBody: true)
        guard case .body = reading else { return }
        clock.received(part.readableBytes)
        context.fireChannelRead(wrapInboundOut(.body(part)))
    }

    func end(_ context: ChannelHandlerContext) {
        isInputEnded = true
        handOnHead(context, hasBody: false)
        if case .body = reading {
            reading = .complete
            clock.answering()
        }
        guard case .complete = reading else { return }
        context.fireChannelRead(wrapInboundOut(.end(nil)))
    }

    /// Answers a request that the service behind does not know of.
    private func refuse(_ context: ChannelHandlerContext, _ refusal: EdgeRefusal, correlationID: String?) {
        reading = .dropping
        // Not the context's address, which a stream does not know.
        let refused = configuration.refuse(refusal, correlationID, context.channel.remoteAddress)
        answer.begin(toHead: false)
        var head = refused.head
        head.headerFields[.contentLength] = String(refused.body.readableBytes)
        context.write(wrapOutboundOut(.head(answer.head(head))), promise: nil)
        writeBody(context, refused.body, nil)
        writeEnd(context, nil)
        context.flush()
    }

    /// Refuses the current request, of which the service behind knows.
    func fail(_ context: ChannelHandlerContext, _ refusal: EdgeRefusal) {
        reading = .dropping
        clock.answering()
        context.fireErrorCaught(refusal)
    }
}

// MARK: The answer

extension EdgeStreamHandler {
    func writeBody(_ context: ChannelHandlerContext, _ part: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        guard let part = answer.body(part) else {
            promise?.succeed()
            return
        }
        context.write(wrapOutboundOut(.body(part)), promise: promise)
    }

    func writeEnd(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard answer.end() else {
            // A body that is shorter than its head said must not look like a whole one.
            promise?.fail(ChannelError.ioOnClosedChannel)
            reset(context, .internalError)
            return
        }
        // Until what was written is on its way, the stream is as good as idle.
        clock.idle(at: context.eventLoop.now)
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { [self] in
            if !isInputEnded { reset(context, .noError) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// Ends the stream at once; the client learns why.
    func reset(_ context: ChannelHandlerContext, _ code: NIOHTTP2.HTTP2ErrorCode) {
        guard !isReset else { return }
        isReset = true
        reading = .dropping
        answer.giveUp()
        context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: code), promise: nil)
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    fileprivate static let correlationText = HTTPField.Name("X-Correlation-ID")!
}
