import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One client's connection; what it received is looked at while it stands.
final class TCPClient: Sendable {
    private struct State {
        var bytes = 0
        var text = ""
        var hasEnded = false
        var isClosed = false
        var wasReset = false
    }

    private let state = Mutex(State())
    private let channel: any Channel

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    /// Connects, and reads whatever comes unless told to leave it unread.
    static func connect(to port: Int, reads: Bool = true) async throws -> TCPClient {
        // All is in place before the connection is: it may be closed by the other side as soon as it is there.
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let client = TCPClient(channel)
                    channel.closeFuture.whenComplete { _ in client.state.withLock { $0.isClosed = true } }
                    try channel.pipeline.syncOperations.addHandler(Reader(client))
                    return client
                }
            }
        // It may be closed already by the other side.
        if reads { try? await client.startReading() }
        return client
    }

    /// How much was received.
    var bytes: Int { state.withLock { $0.bytes } }
    /// The first of what was received.
    var text: String { state.withLock { $0.text } }
    /// Whether the other side has said its last word.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var wasReset: Bool { state.withLock { $0.wasReset } }

    func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)).get() }

    func send(bytes count: Int) async throws {
        try await channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: count)).get()
    }

    /// Starts to send more than fits on the way; nobody waits for it.
    func flood(_ count: Int) { channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: count), promise: nil) }

    func endOutput() async throws { try await channel.close(mode: .output).get() }

    func reset() async throws {
        try await channel.eventLoop.submit { [channel] in
            _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }.get()
        // It may be closed already by the other side.
        try? await channel.close().get()
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let client: TCPClient

        init(_ client: TCPClient) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = unwrapInboundIn(data)
            client.state.withLock { state in
                state.bytes += part.readableBytes
                if state.text.utf8.count < 1000 { state.text += String(buffer: part) }
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { client.state.withLock { $0.hasEnded = true } }
        }

        func channelInactive(context: ChannelHandlerContext) {
            client.state.withLock { state in
                state.isClosed = true
                // With the output closed, the other side's last word closes the connection unannounced.
                if !state.wasReset { state.hasEnded = true }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            client.state.withLock { $0.wasReset = true }
            context.close(promise: nil)
        }
    }
}
