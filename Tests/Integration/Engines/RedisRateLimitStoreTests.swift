import Conformance
import Resilience
import TestSupport
import Testing

@testable import Redis

/// Calls that are counted in a Redis server, by its clock and by that of a test.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: RedisServer.isRequired, "Redis is not installed: apt-get install redis-server")
)
struct RedisRateLimitStoreTests {
    private func policy(_ name: String, limit: Int, window: Duration, burst: Int) throws -> RateLimitPolicy {
        try #require(RateLimitPolicy(name: name, limit: limit, window: window, burst: burst))
    }

    /// Runs `body` with stores of two clients, under two prefixes each, by the clock of a test.
    private func withDrivenStores(
        _ body: (_ prefix: String, RedisRateLimitStore, RedisRateLimitStore, ManualTime) async throws -> Void
    ) async throws {
        try await RedisServer.with { server in
            try await server.withClient { first in
                try await server.withClient { second in
                    for prefix in ["one:", "two:"] {
                        let time = ManualTime()
                        let script = RateLimitScript.driven(by: time)
                        try await body(
                            prefix,
                            RedisRateLimitStore(first, prefix: prefix, script: script),
                            RedisRateLimitStore(second, prefix: prefix, script: script),
                            time
                        )
                    }
                }
            }
        }
    }

    @Test func keepsThePromisesOfAStore() async throws {
        try await withDrivenStores { _, first, second, time in
            try await RateLimitStoreConformance(first, second, time: time).check()
        }
    }

    @Test func decidesAsTheAlgorithmDoes() async throws {
        try await withDrivenStores { prefix, first, second, time in
            try await RateLimitStoreConformance(first, second, time: time)
                .checkAgainstTheAlgorithm(seed: prefix == "one:" ? 511 : 512, steps: 3000)
        }
    }

    /// The wait that a client is told is long enough, by the server's own clock, and not longer than it has to be.
    @Test func keepsToTheServersClock() async throws {
        let policy = try policy("clock", limit: 1, window: .milliseconds(300), burst: 1)
        let key = [RateLimitedKey("a", under: policy)]
        try await RedisServer.with { server in
            try await server.withClient { client in
                let store = RedisRateLimitStore(client, prefix: "test:")
                let begin = ContinuousClock.now
                #expect(try await store.admit(key)[0].isAdmitted)
                let wait = try #require(try await store.admit(key)[0].retryAfter)
                let asked = ContinuousClock.now
                #expect(wait <= policy.window && wait >= policy.window - (asked - begin))
                try await eventually("the next call", holds: { try await store.admit(key)[0].isAdmitted })
                #expect(ContinuousClock.now - begin >= policy.window)
            }
        }
    }

    /// A key is there until its burst is back, and not much longer.
    @Test func leavesNothingBehind() async throws {
        let policy = try policy("short", limit: 1, window: .seconds(1), burst: 3)
        try await RedisServer.with { server in
            try await server.withClient { client in
                let store = RedisRateLimitStore(client, prefix: "test:")
                for count in 1...2 {
                    #expect(try await store.admit([RateLimitedKey("a", under: policy)])[0].isAdmitted)
                    let name = "test:limit:short:1/1000000000/3:{a}"
                    guard case .integer(let left) = try await client.send(RedisCommand(["PTTL", name])) else {
                        throw RedisError(.unexpected, "PTTL answers no number")
                    }
                    #expect((1...count * 1000 + 2).contains(left))
                }
                try await eventually(
                    "an end of the key",
                    holds: { try await client.send(RedisCommand(["DBSIZE"])) == .integer(0) }
                )
            }
        }
    }

    /// What another clock has written, far in the future, counts for no more than a burst.
    @Test func forgivesAClockThatWentBack() async throws {
        let policy = try policy("back", limit: 1, window: .seconds(60), burst: 2)
        try await withDrivenStores { _, store, _, time in
            time.advance(by: .seconds(3600))
            let first = try await store.admit([RateLimitedKey("a", under: policy)])
            time.advance(by: .seconds(-3600))
            let second = try await store.admit([RateLimitedKey("a", under: policy)])
            #expect(first[0].isAdmitted && second[0].retryAfter == .seconds(60))
        }
    }

    /// A server that was started anew does not know the script, and has counted nothing.
    @Test func sendsTheScriptToAServerThatDoesNotKnowIt() async throws {
        let policy = try policy("anew", limit: 1, window: .seconds(60), burst: 1)
        let key = [RateLimitedKey("a", under: policy)]
        try await RedisServer.with { server in
            try await server.withClient { client in
                let store = RedisRateLimitStore(client, prefix: "test:")
                #expect(try await store.admit(key)[0].isAdmitted)
                #expect(try await !store.admit(key)[0].isAdmitted)
                #expect(try await client.send(RedisCommand(["SCRIPT", "FLUSH"])) == .status("OK"))
                #expect(try await !store.admit(key)[0].isAdmitted)
                await server.process.kill()
                try await server.process.start()
                try await RedisServer.waitUntilConnected(client)
                #expect(try await store.admit(key)[0].isAdmitted)
                #expect(try await !store.admit(key)[0].isAdmitted)
            }
        }
    }
}

extension RateLimitScript {
    /// The same script by the clock of a test, which begins where the server's could be.
    ///
    /// Keys outlast the test: they would go by the server's clock.
    static func driven(by time: ManualTime) -> Self {
        Self(clock: "{ARGV[#ARGV - 1], ARGV[#ARGV]}", grace: 60_000) {
            let (seconds, attoseconds) = time.now.components
            return [String(1_700_000_000 + seconds), String(attoseconds / 1_000_000_000_000)]
        }
    }
}
