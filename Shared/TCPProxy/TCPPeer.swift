import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One side of a connection that is passed on: hands what it reads to the other side, no faster than that takes it.
///
/// It reads when it is told to: the first time by the session, and then whenever the other side has room.
final class TCPPeer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Told of what happens; gone when the session is over.
    var session: TCPSession?
    private(set) var bytes = 0
    private(set) var hasEnded = false
    private var context: ChannelHandlerContext?
    private var isWaitingForRoom = false
    private var isEndingOutput = false
    /// Whether all that was to be sent is on its way, and the output closed.
    private(set) var hasSentAll = false

    /// Called once, when the connection is there.
    var onActive: (() -> Void)?

    func channelActive(context: ChannelHandlerContext) {
        onActive?()
        onActive = nil
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Reads once, if the other side has room for it.
    func readOn() {
        guard !hasEnded, let other = session?.other(than: self) else { return }
        isWaitingForRoom = !other.hasRoom
        if !isWaitingForRoom { context?.read() }
    }

    var isOpen: Bool { context?.channel.isActive ?? false }

    private var hasRoom: Bool { context?.channel.isWritable ?? false }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        bytes += part.readableBytes
        session?.pass(part, from: self)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let other = session?.other(than: self) else { return }
        other.context?.flush()
        readOn()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // What was taken is progress, even if nobody sends any more.
        session?.noteActivity()
        if let other = session?.other(than: self), context.channel.isWritable, other.isWaitingForRoom { other.readOn() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return }
        hasEnded = true
        session?.ended(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Once this side's output is closed, its last word closes the whole connection without being announced; a reset
        // is an error, and was caught before.
        if hasSentAll, !hasEnded {
            hasEnded = true
            session?.ended(self)
        }
        session?.closed(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { session?.breakOff(self) }

    // MARK: What the other side brings

    func write(_ part: ByteBuffer) {
        context?.write(wrapOutboundOut(part), promise: nil)
    }

    func flush() { context?.flush() }

    /// Says that nothing more comes, once all that was written is on its way.
    func endOutput() {
        guard let context, !isEndingOutput else { return }
        isEndingOutput = true
        // Closing the output of a connection whose input has ended closes all of it at once, and drops what waits.
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess {
            self.hasSentAll = true
            context.close(mode: .output, promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    /// Ends the connection in order, or with a reset that drops what is on its way.
    func close(resetting: Bool) {
        guard let context else { return }
        if resetting {
            // A channel without the option, or closed already, is closed all the same.
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }
}
