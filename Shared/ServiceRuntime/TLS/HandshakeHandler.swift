import HTTPEdge
import Logging
import Metrics
import NIOCore
import NIOSSL
import NIOTLS
import StructuredLogging

/// Waits for the end of a TLS handshake, within ``EdgeLimits/headTime``, and lets the rest of the pipeline be made for
/// the protocol that was agreed on.
final class HandshakeHandler<Outcome: Sendable>: ChannelInboundHandler, EdgeTimed {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limit: TimeAmount
    private let ticker: EdgeTicker
    private let logger: Logger
    private let promise: EventLoopPromise<Outcome>
    private let complete: (_ negotiatedProtocol: String?) throws -> Outcome
    private var context: ChannelHandlerContext?
    private var start: NIODeadline
    private var isPending = true

    /// - Parameters:
    ///   - limit: How long the handshake may take.
    ///   - ticker: The ticker of the connection's event loop.
    ///   - logger: Gets a line for each handshake that fails.
    ///   - promise: What becomes of the handshake.
    ///   - complete: Makes the pipeline behind for a protocol, or for none that was agreed on.
    init(
        limit: Duration,
        ticker: EdgeTicker,
        logger: Logger,
        promise: EventLoopPromise<Outcome>,
        complete: @escaping (String?) throws -> Outcome
    ) {
        self.limit = TimeAmount(limit)
        self.ticker = ticker
        self.logger = logger
        self.promise = promise
        self.complete = complete
        start = ticker.eventLoop.now
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        ticker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        ticker.remove(self)
        self.context = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isPending, case .handshakeCompleted(let negotiated) = event as? TLSUserEvent {
            finish(context, negotiated)
        }
        if isPending, event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isPending { return fail(error, reason: "failed") }
        // That a client ends without a word of farewell is no error: HTTP tells itself what is whole.
        if case .uncleanShutdown = error as? NIOSSLError { return }
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ChannelError.eof, reason: "failed")
        context.fireChannelInactive()
    }

    func tick() -> Bool {
        guard let context, isPending, context.eventLoop.now - start >= limit else { return false }
        fail(HandshakeTimedOut(), reason: "slow")
        context.close(promise: nil)
        return true
    }

    private func finish(_ context: ChannelHandlerContext, _ negotiated: String?) {
        isPending = false
        ticker.remove(self)
        do {
            promise.succeed(try complete(negotiated))
        } catch {
            promise.fail(error)
            context.close(promise: nil)
        }
    }

    private func fail(_ error: any Error, reason: String) {
        guard isPending else { return }
        isPending = false
        ticker.remove(self)
        Counter(label: "clowder_tls_handshake_failures_total", dimensions: [("reason", reason)]).increment()
        logger.debug(
            "TLS handshake failed",
            metadata: [
                LogKey.error: "\(error)", LogKey.address: "\(context?.remoteAddress?.ipAddress ?? "unknown")",
            ]
        )
        promise.fail(error)
    }
}

/// A handshake that takes longer than it may.
private struct HandshakeTimedOut: Error, CustomStringConvertible {
    let description = "the handshake took too long"
}
