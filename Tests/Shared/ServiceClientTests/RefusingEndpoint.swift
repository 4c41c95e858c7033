import Discovery
import NIOCore
import NIOPosix

/// Runs `body` with the endpoint of a port that refuses every connection.
///
/// The port is the near end of a connection that stays open meanwhile: it is taken, and nobody listens on it.
func withRefusingEndpoint<Result>(
    named id: String,
    _ body: (Endpoint) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup.singleton
    let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
    let connection = try await ClientBootstrap(group: group)
        .connect(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
        .get()
    let endpoint = Endpoint(id: id, host: "127.0.0.1", port: connection.localAddress?.port ?? 0)
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body(endpoint))
    } catch {
        result = .failure(error)
    }
    try await connection.close()
    try await listener.close()
    return try result.get()
}
