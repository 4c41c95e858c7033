import Conformance
import PostgreSQL
import SQLStorage
import TestSupport
import Testing

/// PostgreSQL behind the protocols, against the server itself; each test has a database of its own.
@Suite(
    .timeLimit(.minutes(2)),
    .sharedPostgreSQL,
    .enabled(if: PostgreSQLServer.isRequired, "PostgreSQL is not installed: apt-get install postgresql")
)
struct PostgreSQLDatabaseTests {
    private func open(
        connections: Int = PostgreSQLSettings.defaultConnections,
        _ migrations: [PostgreSQLMigration] = []
    ) async throws -> PostgreSQLDatabase {
        let database = try await SharedPostgreSQL.current.makeDatabase()
        return try await PostgreSQLDatabase.open(
            try database.settings(connections: connections),
            migrations: migrations
        )
    }

    @Test func keepsThePromisesOfADatabase() async throws {
        try await SQLDatabaseConformance(try await open()).check()
    }

    @Test func keepsThePromisesOfAnOutbox() async throws {
        let tables = PostgreSQLMigration("1 tables", OutboxConformance.tables(.postgreSQL))
        try await OutboxConformance(database: try await open([tables])).check()
    }

    @Test func refusesATextThatItCannotStore() async throws {
        let database = try await open()
        await #expect {
            _ = try await database.read { try $0.rows("SELECT ?", ["a\0b"]) }
        } throws: { ($0 as? SQLError)?.code == .unstorable }
    }

    // MARK: Those who wait

    @Test func endsTheStatementOfACancelledTransaction() async throws {
        let database = try await open(connections: 2)
        for _ in 1...3 {
            let sleeps = (0..<2).map { _ in
                Attempt { _ = try await database.read { try $0.rows("SELECT pg_sleep(60)") } }
            }
            let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
            let server = try SharedPostgreSQL.current
            try await eventually("two statements", holds: { try await count(sleeping, server) >= 2 })
            for sleep in sleeps { sleep.cancel() }
            for sleep in sleeps {
                let result = try await sleep.ends()
                #expect(throws: CancellationError.self) { try result.get() }
            }
            // The server has noticed as well.
            try await eventually("an end of both", holds: { try await count(sleeping, server) == 0 })
        }
    }

    private func count(_ sql: String, _ server: PostgreSQLServer) async throws -> Int {
        Int(try await server.run(sql + " AND pid <> pg_backend_pid()", in: server.administration)) ?? -1
    }

    /// Nobody waits longer than the limit, and whoever gives up leaves no trace.
    @Test func refusesWhoWaitsTooLongForAConnection() async throws {
        let database = try await open(connections: 1)
        let holder = Attempt { _ = try await database.read { try $0.rows("SELECT pg_sleep(60)") } }
        try await eventually("a refusal") { () -> Void? in
            do {
                _ = try await database.read { try $0.rows("SELECT 1") }
                return nil
            } catch let error as SQLError where error.code == .saturated {
                return ()
            }
        }
        holder.cancel()
        _ = try await holder.ends()
        let one: Int? = try await database.read { try $0.value("SELECT 1") }
        #expect(one == 1)
    }

    @Test func letsACancelledTaskLeaveTheQueue() async throws {
        let database = try await open(connections: 1)
        let holder = Attempt { _ = try await database.read { try $0.rows("SELECT pg_sleep(60)") } }
        let waiting = (0..<4).map { _ in Attempt { _ = try await database.read { try $0.rows("SELECT 1") } } }
        for attempt in waiting { attempt.cancel() }
        for attempt in waiting {
            let result = try await attempt.ends()
            #expect(throws: CancellationError.self) { try result.get() }
        }
        holder.cancel()
        _ = try await holder.ends()
        #expect(try await database.read { try $0.value("SELECT 2") } as Int? == 2)
    }

    // MARK: Migrations

    private static let first = PostgreSQLMigration(
        "1 pets",
        "CREATE TABLE pet (name text); INSERT INTO pet VALUES ('Wanda');"
    )
    private static let second = PostgreSQLMigration("2 ages", "ALTER TABLE pet ADD COLUMN age integer;")

    /// Replicas that start together, of two versions.
    @Test func migratesOnceWhoeverComes() async throws {
        let address = try await SharedPostgreSQL.current.makeDatabase()
        let settings = try address.settings(connections: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let steps = number.isMultiple(of: 2) ? [Self.first] : [Self.first, Self.second]
                    _ = try await PostgreSQLDatabase.open(settings, migrations: steps)
                }
            }
            try await group.waitForAll()
        }
        let database = PostgreSQLDatabase(settings)
        #expect(try await database.read { try $0.value("SELECT count(*) FROM pet WHERE age IS NULL") } as Int? == 1)
        #expect(try await database.read { try $0.value("SELECT count(*) FROM schema_migration") } as Int? == 2)
    }

    @Test func leavesNothingOfAStepThatFails() async throws {
        let address = try await SharedPostgreSQL.current.makeDatabase()
        let settings = try address.settings(connections: 1)
        let broken = PostgreSQLMigration("2 broken", "ALTER TABLE pet ADD COLUMN age integer; SELECT nonsense;")
        await #expect {
            _ = try await PostgreSQLDatabase.open(settings, migrations: [Self.first, broken])
        } throws: { ($0 as? SQLError)?.code == .unexpected }
        let database = PostgreSQLDatabase(settings)
        await #expect(throws: SQLError.self) { _ = try await database.read { try $0.rows("SELECT * FROM pet") } }
    }
}

extension PostgreSQLServer.Database {
    func settings(connections: Int = PostgreSQLSettings.defaultConnections) throws -> PostgreSQLSettings {
        try PostgreSQLSettings(url: url, password: password, connections: connections)
    }
}
