import HTTPEdge
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes

/// One connection in simulated time, without a socket.
final class EdgeHarness {
    private let channel = EmbeddedChannel()
    let halfCloser = HalfCloser()

    /// A connection; the bodies of requests to `streams` are streams.
    init(limits: EdgeLimits = EdgeLimits(), streams: Set<String> = []) throws {
        let configuration = EdgeConfiguration(
            limits: limits,
            isStream: { _, path in streams.contains(path) },
            refuse: { refusal, correlationID, _ in
                var head = HTTPResponse(status: refusal.status)
                head.headerFields[.contentType] = "text/plain"
                return .init(head: head, body: ByteBuffer(string: "\(refusal.kind) \(correlationID ?? "-")"))
            }
        )
        let handler = EdgeConnectionHandler(
            configuration: configuration,
            ticker: EdgeTicker(eventLoop: channel.eventLoop)
        )
        try channel.pipeline.syncOperations.addHandlers([halfCloser, handler, EventRecorder()])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// What the service behind has seen since the last call: heads, bodies, ends and errors, one a line.
    func seen() throws -> [String] {
        var lines: [String] = []
        while let line = try channel.readInbound(as: String.self) { lines.append(line) }
        return lines
    }

    func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    func send(bytes: some Sequence<UInt8>) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// Answers the current request.
    func answer(
        _ status: HTTPResponse.Status = .ok,
        _ body: [String] = [],
        length: Int? = nil,
        fields: HTTPFields = [:]
    ) throws {
        try begin(status, length: length, fields: fields)
        try end(body)
    }

    /// Begins an answer, as the service behind does.
    func begin(_ status: HTTPResponse.Status = .ok, length: Int?, fields: HTTPFields = [:]) throws {
        var head = HTTPResponse(status: status, headerFields: fields)
        head.headerFields[.contentLength] = length.map(String.init)
        // Without promises, so that the connection's own are the only ones that can be held.
        channel.writeAndFlush(HTTPResponsePart.head(head), promise: nil)
        try channel.throwIfErrorCaught()
    }

    /// Ends an answer that was begun.
    func end(_ body: [String]) throws {
        for part in body { channel.writeAndFlush(HTTPResponsePart.body(ByteBuffer(string: part)), promise: nil) }
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
        try channel.throwIfErrorCaught()
    }

    /// What the client has received since the last call.
    func received() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    /// Lets time pass, and the connection look at it.
    func pass(_ duration: Duration) {
        channel.embeddedEventLoop.advanceTime(by: TimeAmount(duration))
    }

    func closeInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    /// Asks for more bytes, as the service behind does when it has taken what was there.
    func read() {
        channel.read()
    }

    /// Lets the client take what it is sent, or not.
    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    func quiesce() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    var isOpen: Bool { channel.isActive }
}

/// Keeps an embedded channel open, as a socket is, when only its output is closed, and while its client takes nothing.
final class HalfCloser: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Whether what was written is not on its way yet.
    var isHolding = false
    private var held: [EventLoopPromise<Void>] = []

    func release() {
        isHolding = false
        for promise in held { promise.succeed() }
        held = []
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isHolding, let promise else { return context.write(data, promise: promise) }
        held.append(promise)
        context.write(data, promise: nil)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard case .output = mode else {
            context.close(mode: mode, promise: promise)
            return
        }
        if isHolding, let promise { held.append(promise) } else { promise?.succeed() }
    }
}

/// Writes down what the connection hands on, whole parts as one line each, neighbouring bodies as one.
final class EventRecorder: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = String

    private var body = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let fields = head.headerFields.map { "\($0.name.canonicalName)=\($0.value)" }.joined(separator: ";")
            record(context, "\(head.method) \(head.path ?? "-") @\(head.authority ?? "-") [\(fields)]")
        case .body(let part): body += String(buffer: part)
        case .end:
            if !body.isEmpty { record(context, "body \(body)") }
            body = ""
            record(context, "end")
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        record(context, "error \((error as? EdgeRefusal)?.kind ?? "\(error)")")
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { record(context, "input closed") }
    }

    private func record(_ context: ChannelHandlerContext, _ line: String) {
        context.fireChannelRead(wrapInboundOut(line))
    }
}
