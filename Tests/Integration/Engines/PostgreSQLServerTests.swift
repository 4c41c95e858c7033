import TestSupport
import Testing

/// PostgreSQL as tests find it that break it.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: PostgreSQLServer.isRequired, "PostgreSQL is not installed: apt-get install postgresql")
)
struct PostgreSQLServerTests {
    @Test func keepsWhatWasCommittedWhenItIsKilled() async throws {
        try await PostgreSQLServer.with(.full) { server in
            let database = try await server.makeDatabase()
            #expect(try await server.run("SHOW fsync", in: database) == "on")
            _ = try await server.run("CREATE TABLE pets AS SELECT 'Wanda' AS name", in: database)
            // A statement that goes on keeps nobody from starting again.
            let endless = Attempt { try await server.run("DO 'BEGIN LOOP END LOOP; END'", in: database) }
            let count = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %'"
            try await eventually("a statement", holds: { try await server.run(count, in: database) == "1" })
            await server.process.kill()
            await #expect(throws: UnexpectedCommand.self) { try await endless.ends().get() }
            await #expect(throws: UnexpectedCommand.self) { try await server.run("SELECT 1", in: database) }
            try await server.process.start()
            #expect(try await server.run("SELECT name FROM pets", in: database) == "Wanda")
        }
    }

    @Test func standsStillWhileItIsPaused() async throws {
        try await PostgreSQLServer.with { server in
            let database = try await server.makeDatabase()
            try await server.process.pause()
            #expect(try await server.process.states() == ["T"])
            let attempt = Attempt { try await server.run("SELECT 1", in: database) }
            try await server.process.resume()
            #expect(try await attempt.ends().get() == "1")
        }
    }
}
