import NIOCore
import NIOPosix

/// Finds out whether ports are free.
package enum FreePort {
    /// A port on loopback that was free a moment ago.
    package static func find() async throws -> Int {
        try await probe(0)
    }

    /// Checks that a port is free.
    ///
    /// - Throws: `StackFailure` naming the port and the way out.
    package static func require(_ port: Int) async throws {
        do {
            _ = try await probe(port)
        } catch {
            throw StackFailure("port \(port) is taken; choose another one with make up PORT=\(try await find())")
        }
    }

    private static func probe(_ port: Int) async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port)
            .get()
        let found = channel.localAddress?.port ?? port
        try await channel.close()
        return found
    }
}
