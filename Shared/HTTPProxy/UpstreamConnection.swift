import Discovery
import HTTPEdge
import NIOCore

/// One connection to a replica; at most one request at a time is under way on it.
final class UpstreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let authority: String
    private weak var owner: UpstreamConnections?
    private var context: ChannelHandlerContext?
    private var reader = ResponseReader()
    private var attempt: ProxyAttempt?
    private(set) var isReused = false
    /// Whether nothing is read because the client does not take it.
    private(set) var isPaused = false
    private(set) var hasHeard = false
    var idleSince = NIODeadline.uptimeNanoseconds(0)

    init(authority: String, owner: UpstreamConnections) {
        self.authority = authority
        self.owner = owner
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Whether a request may be sent on it.
    var isUsable: Bool { context?.channel.isActive ?? false }

    func send(_ request: ByteBuffer, for attempt: ProxyAttempt) {
        self.attempt = attempt
        hasHeard = false
        reader.expectAnswer(toHead: false)
        context?.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    /// Ends the connection; nobody hears of it.
    func close() {
        attempt = nil
        context?.close(promise: nil)
    }

    func pause() { setAutoRead(false) }

    func resume() { setAutoRead(true) }

    private func setAutoRead(_ isOn: Bool) {
        guard isOn == isPaused else { return }
        isPaused = !isOn
        // The channel is of a kind that has this option.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        hasHeard = true
        reader.feed(&bytes)
        guard attempt != nil else {
            // Nothing was asked: whatever this is, it must not be taken for the next answer.
            return context.close(promise: nil)
        }
        do throws(EdgeRefusal) {
            while try step() {}
        } catch {
            fail("malformed-answer")
        }
    }

    private func step() throws(EdgeRefusal) -> Bool {
        switch try reader.next() {
        case .needsMore: return false
        case .head:
            guard let attempt else { return true }
            // Copies: whatever follows may end this connection, and with it what the reader holds.
            let (head, bytes) = (reader.head, reader.headBytes)
            bytes.withUnsafeReadableBytes { attempt.received(head, $0) }
        case .body(let part): attempt?.received(part)
        case .end:
            end()
            return false
        }
        return true
    }

    private func end() {
        let attempt = attempt
        self.attempt = nil
        if reader.head.keepsAlive, reader.isClean {
            isReused = true
            // It may have been paused for the client of this answer.
            resume()
            owner?.give(self)
        } else {
            context?.close(promise: nil)
        }
        attempt?.receivedEnd()
    }

    private func fail(_ reason: String) {
        let attempt = attempt
        close()
        attempt?.failed(reason)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("broken")
    }

    func channelInactive(context: ChannelHandlerContext) {
        owner?.remove(self)
        if attempt != nil, reader.connectionClosed() { return end() }
        fail("broken")
    }
}
