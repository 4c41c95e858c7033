import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// One client connection; what it received is looked at while it stands.
final class RawClient: Sendable {
    private let received = Mutex("")
    private let closed = Mutex(false)
    private let channel: any Channel

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    /// Connects, and reads whatever comes unless told to leave it unread.
    static func connect(to port: Int, reads: Bool = true) async throws -> RawClient {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port).get()
        let client = RawClient(channel)
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(Reader(client))
        }.get()
        if reads { try await channel.setOption(.autoRead, value: true).get() }
        return client
    }

    func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    var text: String { received.withLock { $0 } }
    var isClosed: Bool { closed.withLock { $0 } }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func get(_ path: String = "/things", fields: String = "") async throws {
        try await send("GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
    }

    func closeOutput() async throws { try await channel.close(mode: .output).get() }

    func close() async throws {
        // It may be closed already by the other side.
        try? await channel.close().get()
    }

    /// Waits until what was received contains `text`.
    func receives(_ text: String) async throws -> String {
        try await eventually("\(text.debugDescription) is received") { self.text.contains(text) ? self.text : nil }
    }

    func isEnded() async throws {
        try await eventually("the connection is closed", holds: { isClosed })
    }

    private final class Reader: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let client: RawClient

        init(_ client: RawClient) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            client.received.withLock { $0 += text }
        }

        func channelInactive(context: ChannelHandlerContext) { client.closed.withLock { $0 = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
