import HTTPEdge
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes

/// One stream of an HTTP/2 connection in simulated time, behind its codec.
final class StreamHarness {
    private let channel = EmbeddedChannel()
    private let resets = ResetRecorder()

    /// A stream; the bodies of requests to `streams` are streams.
    init(limits: EdgeLimits = EdgeLimits(), streams: Set<String> = []) throws {
        let configuration = EdgeConfiguration(
            limits: limits,
            isStream: { _, path in streams.contains(path) },
            refuse: { refusal, correlationID, _ in
                let head = HTTPResponse(status: refusal.status)
                return .init(head: head, body: ByteBuffer(string: "\(refusal.kind) \(correlationID ?? "-")"))
            }
        )
        let handler = EdgeStreamHandler(
            configuration: configuration,
            ticker: EdgeTicker(eventLoop: channel.eventLoop)
        )
        try channel.pipeline.syncOperations.addHandlers([resets, handler, EventRecorder()])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// The codes of the resets that were sent.
    var resetCodes: [String] { resets.codes }

    /// Sends parts of a request in one go, as frames that arrive together.
    func send(_ parts: HTTPRequestPart...) throws {
        for part in parts { channel.pipeline.fireChannelRead(part) }
        channel.pipeline.fireChannelReadComplete()
        try channel.throwIfErrorCaught()
    }

    func seen() throws -> [String] {
        var lines: [String] = []
        while let line = try channel.readInbound(as: String.self) { lines.append(line) }
        return lines
    }

    func answer(_ parts: HTTPResponsePart...) {
        for part in parts { channel.writeAndFlush(part, promise: nil) }
    }

    /// What the client has received since the last call.
    func received() throws -> [String] {
        var lines: [String] = []
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
            switch part {
            case .head(let head):
                let fields = head.headerFields.map { "\($0.name.canonicalName)=\($0.value)" }.joined(separator: ";")
                lines.append("\(head.status.code) [\(fields)]")
            case .body(let body): lines.append(String(buffer: body))
            case .end: lines.append("end")
            }
        }
        return lines
    }

    /// Lets time pass, and the stream look at it.
    func pass(_ duration: Duration) {
        channel.embeddedEventLoop.advanceTime(by: TimeAmount(duration))
    }

    func read() { channel.read() }

    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    func disconnect() { channel.pipeline.fireChannelInactive() }
}

/// Writes down resets.
private final class ResetRecorder: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart

    private(set) var codes: [String] = []

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        codes.append("\(event)")
        promise?.succeed()
    }
}

extension HTTPRequest {
    /// A request as the codec makes it.
    static func sample(
        _ method: Method = .get,
        path: String = "/",
        authority: String? = "a",
        scheme: String = "https",
        fields: HTTPFields = [:]
    ) -> HTTPRequest {
        HTTPRequest(method: method, scheme: scheme, authority: authority, path: path, headerFields: fields)
    }
}
