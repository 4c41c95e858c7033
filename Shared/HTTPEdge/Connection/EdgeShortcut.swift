import HTTPTypes
public import NIOCore

/// Answers some requests of a connection on its own event loop, before anybody behind in the pipeline sees them.
///
/// Each connection has its own. All calls come on the connection's event loop; a request that was taken is answered
/// once, with ``EdgeConnectionHandler/finishShortcut(_:)`` or ``EdgeConnectionHandler/abortShortcut()``.
public protocol EdgeShortcut: AnyObject {
    /// Whether it answers the request whose head the connection has just read, which has no body.
    func claims(_ connection: EdgeConnectionHandler) -> Bool

    /// Takes a request that it claimed.
    func begin(_ connection: EdgeConnectionHandler)

    /// The client is gone: nothing is to be answered any more.
    func cancel()

    /// The client takes more bytes, or for now no more.
    func writabilityChanged(to isWritable: Bool)
}

/// Tells handlers behind that a shortcut is at work, for their counts.
public enum EdgeShortcutEvent: Sendable {
    /// A request was taken.
    case began
    /// It is answered, or its client gone.
    case ended
}

extension EdgeConnectionHandler {
    /// The head of the current request.
    public var requestHead: RequestHead { head }

    /// Whether the client takes more bytes for now.
    public var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Whether the connection ends with the current answer.
    public var isLastAnswer: Bool { closesAfterAnswer }

    /// The bytes that the places in ``requestHead`` count from.
    public var requestBytes: ByteBuffer { headBytes }

    /// Writes a part of a taken request's answer, as it goes to the client.
    public func writeShortcut(_ bytes: ByteBuffer) {
        guard isShortcutTaken, let context else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Writes the last part of a taken request's answer.
    public func finishShortcut(_ bytes: ByteBuffer) {
        guard isShortcutTaken, let context else { return }
        // First, as writing may end the connection at once.
        isShortcutTaken = false
        isAnswerAwaited = false
        context.fireUserInboundEventTriggered(EdgeShortcutEvent.ended)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        if closesAfterAnswer { linger(context) } else { expectNextRequest(context) }
    }

    /// Answers a taken request from here.
    public func answerShortcut(_ answer: EdgeConfiguration.Answer) {
        guard isShortcutTaken, let context else { return }
        isShortcutTaken = false
        var head = answer.head
        head.headerFields[.contentLength] = String(answer.body.readableBytes)
        writeHead(context, head, nil)
        writeBody(context, answer.body, nil)
        context.fireUserInboundEventTriggered(EdgeShortcutEvent.ended)
        writeEnd(context, nil)
    }

    /// Ends the connection without the rest of an answer that was begun, so that nobody takes it for a whole one.
    public func abortShortcut() {
        guard isShortcutTaken, let context else { return }
        isShortcutTaken = false
        isAnswerAwaited = false
        context.fireUserInboundEventTriggered(EdgeShortcutEvent.ended)
        abort(context)
    }

    /// The client's address without its port.
    public var peerAddress: String? { peer }

    func begin(_ shortcut: any EdgeShortcut, _ context: ChannelHandlerContext) {
        isAnswerAwaited = true
        isShortcutTaken = true
        reading = .complete
        clock.answering()
        if !head.keepsAlive { closesAfterAnswer = true }
        context.fireUserInboundEventTriggered(EdgeShortcutEvent.began)
        shortcut.begin(self)
    }

    /// The client is gone, or has said its last word: whoever waits for its answer waits for nothing.
    func cancelShortcut() {
        guard isShortcutTaken else { return }
        isShortcutTaken = false
        isAnswerAwaited = false
        context?.fireUserInboundEventTriggered(EdgeShortcutEvent.ended)
        shortcut?.cancel()
    }
}
