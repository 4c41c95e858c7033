import NIOCore
import NIOPosix
import Redis
import TestSupport

extension RedisServer {
    /// Runs `body` with a client that is connected, and ends it.
    func withClient<Result>(
        limits: RedisLimits = RedisLimits(),
        _ body: (RedisClient) async throws -> Result
    ) async throws -> Result {
        var limits = limits
        // A test's machine may be busy; where the limit itself is tested, it is the caller's.
        if limits.reply == RedisLimits().reply { limits.reply = .seconds(5) }
        let address = try RedisAddress(url: url)
        let client = RedisClient(to: address, name: "test", limits: limits, on: MultiThreadedEventLoopGroup.singleton)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            try await Self.waitUntilConnected(client)
            let result = try await body(client)
            group.cancelAll()
            return result
        }
    }

    /// Waits until every event loop has a connection.
    static func waitUntilConnected(_ client: RedisClient) async throws {
        try await eventually(
            "a connection of each loop",
            holds: {
                for _ in 0..<System.coreCount * 2 {
                    // Asked again until it has one.
                    guard (try? await client.send(RedisCommand(["PING"]))) == .status("PONG") else { return false }
                }
                return true
            }
        )
    }
}
