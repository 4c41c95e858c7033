import NIOCore
import NIOPosix

/// Finds out whether ports are free.
package enum FreePort {
    /// Where systems take no ports for outgoing connections from: those may be gone again in a moment.
    private static let range = 20_000..<32_768
    private static let maximumProbes = 100

    /// A port on loopback that was free a moment ago, and that nobody is given for an outgoing connection.
    package static func find() async throws -> Int {
        for _ in 0..<maximumProbes {
            // A port that is taken is answered by trying another one.
            if let port = try? await probe(Int.random(in: range)) { return port }
        }
        return try await probe(0)
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
