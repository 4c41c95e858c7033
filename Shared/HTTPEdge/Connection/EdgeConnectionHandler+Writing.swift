import HTTPTypes
import NIOCore
import NIOHTTPTypes

extension EdgeConnectionHandler {
    func writeHead(_ context: ChannelHandlerContext, _ answer: HTTPResponse, _ promise: EventLoopPromise<Void>?) {
        let allocator = context.channel.allocator
        guard answer.status.kind != .informational else {
            let interim = ResponseWriter.interim(answer.status, allocator: allocator)
            context.write(wrapOutboundOut(interim), promise: promise)
            return
        }
        isAnswerBegun = true
        let bytes = response.head(
            answer,
            isHTTP10: head.isHTTP10,
            hasBody: head.method != .head,
            closes: &closesAfterAnswer,
            allocator: allocator
        )
        context.write(wrapOutboundOut(bytes), promise: promise)
    }

    func writeBody(_ context: ChannelHandlerContext, _ part: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        let pieces = response.body(part, allocator: context.channel.allocator)
        guard let last = pieces.last else {
            promise?.succeed()
            return
        }
        for piece in pieces.dropLast() { context.write(wrapOutboundOut(piece), promise: nil) }
        context.write(wrapOutboundOut(last), promise: promise)
    }

    func writeEnd(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let (bytes, end) = response.end()
        context.writeAndFlush(wrapOutboundOut(bytes ?? ByteBuffer()), promise: promise)
        isAnswerAwaited = false
        guard end == .complete else {
            // A body that is shorter than its head said must not look like a whole one.
            abort(context)
            return
        }
        if closesAfterAnswer {
            linger(context)
        } else if case .complete = reading {
            expectNextRequest(context)
        }
    }

    /// Says that nothing more comes, and reads on for a while: closing at once would throw away what the client has not
    /// read yet (RFC 9112 section 9.6).
    func linger(_ context: ChannelHandlerContext) {
        guard !isInputClosed else { return closeWhenWritten(context) }
        reading = .dropping
        // Until what was written is on its way, the connection is as good as idle.
        clock.idle(at: context.eventLoop.now)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in clock.lingering(at: context.eventLoop.now) }
        context.close(mode: .output, promise: written)
        context.read()
    }

    /// Ends the connection as soon as what was written is on its way.
    func closeWhenWritten(_ context: ChannelHandlerContext) {
        reading = .dropping
        clock.idle(at: context.eventLoop.now)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        // Closing the output would close all of it at once where the client has ended, and drop what waits.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }
}
