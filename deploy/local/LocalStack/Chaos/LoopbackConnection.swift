import NIOCore
import NIOPosix

/// Plain connections to a port of this machine.
enum LoopbackConnection {
    /// Connects within five seconds; what arrives is thrown away.
    static func open(port: Int) async throws -> any Channel {
        // An address instead of a host name: nothing is resolved, a hundred thousand times over.
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: port))
            .get()
    }
}
