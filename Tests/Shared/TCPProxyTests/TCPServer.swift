import Discovery
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A replica that is no HTTP server, on a free loopback port.
final class TCPServer: Sendable {
    /// What it does with a connection.
    enum Manner: Sendable {
        /// Sends back what comes, and ends when the client does.
        case echo
        /// Reads to the end, and then says how many bytes there were.
        case countAtTheEnd
        /// Says this much as soon as there is a connection, and ends; reads on.
        case speakFirst(bytes: Int)
        /// Resets the connection at the first byte.
        case reset
        /// Reads, and says nothing.
        case silent
    }

    private struct State {
        var open = 0
        var connections = 0
        var broken = 0
    }

    let id: String
    private let manner: Manner
    private let state = Mutex(State())

    init(_ manner: Manner, id: String = "a") {
        self.id = id
        self.manner = manner
    }

    var open: Int { state.withLock { $0.open } }
    var connections: Int { state.withLock { $0.connections } }
    /// Connections that were reset by the other side.
    var broken: Int { state.withLock { $0.broken } }

    func start() async throws -> Endpoint {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Endpoint(id: id, host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: TCPServer
        private var count = 0

        init(_ server: TCPServer) { self.server = server }

        func channelActive(context: ChannelHandlerContext) {
            server.state.withLock { state in
                state.open += 1
                state.connections += 1
            }
            guard case .speakFirst(let bytes) = server.manner else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: 0x78, count: bytes)), promise: nil)
            context.close(mode: .output, promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            count += unwrapInboundIn(data).readableBytes
            switch server.manner {
            case .echo: context.writeAndFlush(data, promise: nil)
            case .reset:
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            case .countAtTheEnd, .speakFirst, .silent: break
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case ChannelEvent.inputClosed = event else { return }
            switch server.manner {
            case .countAtTheEnd:
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\(count)")), promise: nil)
                context.close(mode: .output, promise: nil)
            case .echo, .reset: context.close(mode: .output, promise: nil)
            case .speakFirst, .silent: break
            }
        }

        func channelInactive(context: ChannelHandlerContext) { server.state.withLock { $0.open -= 1 } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            server.state.withLock { $0.broken += 1 }
            context.close(promise: nil)
        }
    }
}
