import NIOCore
import NIOPosix

/// Plain connections to a port of this machine.
enum LoopbackConnection {
    /// Connects within five seconds; what arrives is thrown away, or left unread.
    static func open(port: Int, reads: Bool = true) async throws -> any Channel {
        // An address instead of a host name: nothing is resolved, a hundred thousand times over.
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .channelOption(.autoRead, value: reads)
            // The less fits into the system's buffer, the sooner the other side feels that nobody reads.
            .channelOption(.socketOption(.so_rcvbuf), value: reads ? 64 * 1024 : 4 * 1024)
            .connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: port))
            .get()
    }
}
