import PostgreSQL
import SQLStorage
import TestSupport
import Testing

/// What becomes of transactions while the server is away, and after it has come back.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: PostgreSQLServer.isRequired, "PostgreSQL is not installed: apt-get install postgresql")
)
struct PostgreSQLOutageTests {
    private func one(_ database: PostgreSQLDatabase) async throws -> Int? {
        try await database.read { try $0.value("SELECT 1") }
    }

    /// Every connection of the pool is lost, again and again, and none stays lost.
    @Test func refusesAtOnceWhileTheServerIsAwayAndGoesOnAfterwards() async throws {
        try await PostgreSQLServer.with { server in
            let database = PostgreSQLDatabase(try await server.makeDatabase().settings(connections: 4))
            for _ in 1...3 {
                try await useAll(of: database, 4)
                await server.process.kill()
                for _ in 1...20 {
                    let start = ContinuousClock.now
                    await #expect {
                        _ = try await one(database)
                    } throws: { ($0 as? SQLError)?.code == .unavailable }
                    #expect(ContinuousClock.now - start < .milliseconds(500))
                }
                try await server.process.start()
                try await useAll(of: database, 4)
            }
        }
    }

    /// Connections that hang are given up at the caller's deadline, and those who come meanwhile are refused.
    @Test func keepsToDeadlinesWhileTheServerHangs() async throws {
        try await PostgreSQLServer.with { server in
            let database = PostgreSQLDatabase(try await server.makeDatabase().settings(connections: 2))
            let begun = Tally()
            let hanging = (0..<2).map { _ in
                Attempt {
                    _ = try await database.read { session in
                        begun.count()
                        return try session.rows("SELECT pg_sleep(60)")
                    }
                }
            }
            try await eventually("two transactions", holds: { begun.value == 2 })
            try await server.process.pause()
            for attempt in hanging { attempt.cancel() }
            for attempt in hanging {
                let result = try await attempt.ends()
                #expect(throws: CancellationError.self) { try result.get() }
            }
            // The connections are closed; nobody answers the next ones, which takes the limit once.
            let next = Attempt { _ = try await one(database) }
            try await eventually("a refusal at once", within: .seconds(8)) { () -> Void? in
                let start = ContinuousClock.now
                let refused = await #expect(throws: SQLError.self) { _ = try await one(database) }
                return refused?.code == .unavailable && .now - start < .milliseconds(100) ? () : nil
            }
            let ended = try await next.ends()
            #expect(throws: SQLError.self) { try ended.get() }
            try await server.process.resume()
            // Refused for as long as the last attempt's error counts.
            _ = try await eventually("an answer", within: .seconds(5)) { try? await one(database) }
        }
    }

    /// Has so many transactions open at a time, once the server takes as many connections.
    private func useAll(of database: PostgreSQLDatabase, _ count: Int) async throws {
        _ = try await eventually("use of all connections", within: .seconds(10)) {
            // Asked again, until it does.
            try? await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<count {
                    group.addTask { _ = try await database.read { try $0.rows("SELECT pg_sleep(0.05)") } }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func waitsAtTheStartForAServerThatComes() async throws {
        try await PostgreSQLServer.with { server in
            let settings = try await server.makeDatabase().settings()
            await server.process.kill()
            await #expect {
                _ = try await PostgreSQLDatabase.open(settings, migrations: [], patience: .zero)
            } throws: { ($0 as? SQLError)?.code == .unavailable }
            let opening = Attempt { try await PostgreSQLDatabase.open(settings, migrations: []) }
            try await server.process.start()
            let database = try await opening.ends().get()
            #expect(try await one(database) == 1)
        }
    }
}
