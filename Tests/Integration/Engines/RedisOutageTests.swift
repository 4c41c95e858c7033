import NIOCore
import Redis
import Resilience
import Synchronization
import TestSupport
import Testing

/// What becomes of calls while the server is away or hangs, and after it has come back.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: RedisServer.isRequired, "Redis is not installed: apt-get install redis-server")
)
struct RedisOutageTests {
    /// A limit that is well above what a busy machine adds, and well below what a test waits for.
    private static let replyLimit = Duration.milliseconds(300)

    private static var limits: RedisLimits {
        var limits = RedisLimits()
        limits.reply = replyLimit
        // Whoever would wait for a connection would be noticed.
        limits.connect = .seconds(30)
        return limits
    }

    /// What the fallback store said.
    private final class Journal: Sendable {
        let reasons = Mutex<[RateLimitStoreError.Code]>([])
        let changes = Mutex<[FallbackRateLimitStore.Change]>([])

        var count: Int { reasons.withLock(\.count) }
    }

    private func withStore(
        _ body: (RedisServer, FallbackRateLimitStore, Journal) async throws -> Void
    ) async throws {
        try await RedisServer.with { server in
            try await server.withClient(limits: Self.limits) { client in
                let (clock, journal) = (ContinuousClock(), Journal())
                let start = clock.now
                let now: @Sendable () -> Duration = { start.duration(to: clock.now) }
                let store = FallbackRateLimitStore(
                    shared: RedisRateLimitStore(client, prefix: "test:"),
                    local: MemoryRateLimitStore(now: now),
                    now: now,
                    onFallback: { error in journal.reasons.withLock { $0.append(error.code) } },
                    onChange: { change in journal.changes.withLock { $0.append(change) } }
                )
                try await body(server, store, journal)
            }
        }
    }

    private func key(_ name: String = "a", burst: Int = 1000) throws -> [RateLimitedKey] {
        let policy = RateLimitPolicy(name: "outage", limit: 1, window: .seconds(3600), burst: burst)
        return [RateLimitedKey(name, under: try #require(policy))]
    }

    /// Nobody waits for a server that is not there, and what was counted before the outage still counts.
    @Test func decidesAloneWhileTheServerIsAway() async throws {
        try await withStore { server, store, journal in
            let few = try key("few", burst: 2)
            for _ in 0..<2 { #expect(try await store.admit(few)[0].isAdmitted) }
            #expect(try await !store.admit(few)[0].isAdmitted)
            #expect(journal.count == 0)
            await server.process.kill()
            for _ in 0..<20 { #expect(try await !store.admit(few)[0].isAdmitted) }
            #expect(journal.reasons.withLock { $0 } == Array(repeating: .unavailable, count: 20))
            try await server.process.start()
            let other = try key("other")
            try await eventually(
                "decisions of the server",
                holds: {
                    _ = try await store.admit(other)
                    return journal.changes.withLock { $0.last == .ended }
                }
            )
            #expect(journal.changes.withLock(\.count) == 2)
            // It has forgotten all, and decides all the same.
            let before = journal.count
            #expect(try await store.admit(few)[0].isAdmitted)
            #expect(journal.count == before)
        }
    }

    /// Those who have asked when the server begins to hang wait for as long as the limit is; those who come later do not.
    @Test func keepsToTheLimitWhileTheServerHangs() async throws {
        try await withStore { server, store, journal in
            let key = try key()
            try await server.process.pause()
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        let decisions = try await store.admit(key)
                        #expect(decisions[0].isAdmitted)
                    }
                }
                try await group.waitForAll()
            }
            let waited = ContinuousClock.now - start
            #expect(waited >= Self.replyLimit && waited < .seconds(10), "\(waited)")
            #expect(journal.count == 100)
            #expect(journal.reasons.withLock { $0.contains(.timedOut) })
            // All connections are given up by now, and no other is made: nobody waits any more.
            for _ in 0..<100 { _ = try await store.admit(key) }
            #expect(journal.reasons.withLock { $0.dropFirst(100) } == Array(repeating: .unavailable, count: 100)[...])
            #expect(journal.changes.withLock(\.count) == 1)
            try await server.process.resume()
            try await eventually(
                "decisions of the server",
                holds: {
                    _ = try await store.admit(key)
                    return journal.changes.withLock { $0.last == .ended }
                }
            )
        }
    }

    /// What cannot be sent any more is refused at once and not kept in memory.
    @Test func letsNoMoreWaitThanItsLimit() async throws {
        try await RedisServer.with { server in
            var limits = RedisLimits()
            limits.reply = .seconds(4)
            limits.maximumWaiting = 10
            try await server.withClient(limits: limits) { client in
                try await server.process.pause()
                let (busy, answered) = (Tally(), Tally())
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<500 {
                        group.addTask {
                            do throws(RedisError) {
                                _ = try await client.send(RedisCommand(["PING"]))
                                answered.count()
                            } catch {
                                #expect(error.code == .busy)
                                busy.count()
                            }
                        }
                    }
                    let most = System.coreCount * limits.maximumWaiting
                    try await eventually("refusals", within: .seconds(3), holds: { busy.value >= 500 - most })
                    try await server.process.resume()
                    try await group.waitForAll()
                    #expect(answered.value == most)
                }
            }
        }
    }
}
