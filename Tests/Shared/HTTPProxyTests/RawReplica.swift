import Discovery
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server on a free loopback port that answers each head it reads with the bytes that a test gives it.
final class RawReplica: Sendable {
    /// What a replica does when it has read a head.
    enum Action: Sendable {
        /// Writes this, and keeps the connection.
        case write(String)
        /// Writes this and ends the connection in order.
        case writeAndClose(String)
        /// Writes this and resets the connection.
        case writeAndReset(String)
        /// Writes this over and over until the connection is gone.
        case flood(String)
        /// Says nothing until ``RawReplica/answerWaiting(with:)``.
        case wait
    }

    private struct State {
        var heads: [String] = []
        var open = 0
        var closed = 0
        var connections = 0
        var flooded = 0
        var waiting: [@Sendable (String) -> Void] = []
    }

    private let state = Mutex(State())
    private let script: @Sendable (_ call: Int) -> Action
    let id: String
    private let channel = Mutex<(any Channel)?>(nil)

    init(_ id: String, script: @escaping @Sendable (Int) -> Action) {
        self.id = id
        self.script = script
    }

    /// A replica that answers every request with `text`.
    convenience init(_ id: String, always text: String) {
        self.init(id) { _ in .write(text) }
    }

    /// An answer with a length.
    static func answer(_ status: String, _ body: String, fields: String = "") -> String {
        "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    var heads: [String] { state.withLock { $0.heads } }
    var calls: Int { state.withLock { $0.heads.count } }
    /// Bytes of floods that the system took over from here.
    var flooded: Int { state.withLock { $0.flooded } }
    var connections: Int { state.withLock { $0.connections } }
    /// Answers all that have waited for it; those whose client is gone are not missed.
    func answerWaiting(with text: String) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for answer in waiting { answer(text) }
    }

    var closedConnections: Int { state.withLock { $0.closed } }

    func start() async throws -> Endpoint {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.channel.withLock { $0 = channel }
        return Endpoint(id: id, host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    func stop() async throws {
        try await channel.withLock { $0 }?.close()
    }

    private final class Conversation: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let replica: RawReplica
        private var text = ""

        init(_ replica: RawReplica) { self.replica = replica }

        func channelActive(context: ChannelHandlerContext) {
            replica.state.withLock { $0.connections += 1 }
        }

        func channelInactive(context: ChannelHandlerContext) {
            replica.state.withLock { $0.closed += 1 }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard text.hasSuffix("\r\n\r\n") else { return }
            let call = replica.state.withLock { state in
                state.heads.append(text)
                return state.heads.count
            }
            text = ""
            perform(replica.script(call), context)
        }

        private func perform(_ action: Action, _ context: ChannelHandlerContext) {
            switch action {
            case .write(let text): write(text, context)
            case .writeAndClose(let text):
                write(text, context)
                context.close(promise: nil)
            case .writeAndReset(let text):
                write(text, context)
                // Closing with this option sends RST.
                (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
            case .flood(let text): flood(text, context)
            case .wait: wait(context)
            }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        private func wait(_ context: ChannelHandlerContext) {
            let channel = context.channel
            let answer = { @Sendable (text: String) in
                channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            }
            replica.state.withLock { $0.waiting.append(answer) }
        }

        private func flood(_ text: String, _ context: ChannelHandlerContext) {
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { [self] in
                replica.state.withLock { $0.flooded += text.utf8.count }
                flood(text, context)
            }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: written)
        }
    }
}
