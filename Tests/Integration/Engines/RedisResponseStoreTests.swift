import Conformance
import Redis
import Resilience
import TestSupport
import Testing

/// Responses that are shared in a Redis server.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: RedisServer.isRequired, "Redis is not installed: apt-get install redis-server")
)
struct RedisResponseStoreTests {
    @Test func keepsThePromisesOfAStore() async throws {
        try await RedisServer.with { server in
            try await server.withClient { first in
                try await server.withClient { second in
                    for prefix in ["one:", "two:"] {
                        try await ResponseStoreConformance(
                            writer: RedisResponseStore(first, prefix: prefix),
                            reader: RedisResponseStore(second, prefix: prefix)
                        ).check()
                    }
                }
            }
        }
    }

    /// A server that was started anew knows no epoch: what belongs to one of before is not found.
    @Test func doesNotFindWhatIsOfAnEpochThatIsForgotten() async throws {
        try await RedisServer.with { server in
            try await server.withClient { client in
                let store = RedisResponseStore(client, prefix: "test:")
                let epoch = try await store.missing("a", in: "x")
                await server.process.kill()
                #expect(await store.find("a", in: "x") == .unavailable)
                #expect(await !store.invalidate("x"))
                try await server.process.start()
                try await RedisServer.waitUntilConnected(client)
                store.keep(StoredResponse(bytes: [1], fresh: .seconds(60)), as: "a", in: "x", from: epoch)
                try await eventually(
                    "the response is kept",
                    holds: {
                        let key = "test:cache:{x}:response:a"
                        return try await client.send(RedisCommand(["EXISTS", key])) == .integer(1)
                    }
                )
                let next = try await store.missing("a", in: "x")
                #expect(next != epoch)
            }
        }
    }

    /// Neither is anything waited for that does not come.
    @Test func findsNothingInAServerThatHangs() async throws {
        var limits = RedisLimits()
        limits.reply = .milliseconds(300)
        try await RedisServer.with { server in
            try await server.withClient(limits: limits) { client in
                let store = RedisResponseStore(client, prefix: "test:")
                try await server.process.pause()
                let start = ContinuousClock.now
                #expect(await store.find("a", in: "x") == .unavailable)
                #expect(await !store.invalidate("x"))
                #expect(ContinuousClock.now - start < .seconds(3))
                try await server.process.resume()
            }
        }
    }
}
