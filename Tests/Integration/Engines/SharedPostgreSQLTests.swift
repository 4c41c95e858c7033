import Testing

/// PostgreSQL as tests find it that share a server.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: PostgreSQLServer.isRequired, "PostgreSQL is not installed: apt-get install postgresql"),
    .sharedPostgreSQL
)
struct SharedPostgreSQLTests {
    @Test func keepsDatabasesApart() async throws {
        let server = try SharedPostgreSQL.current
        let (first, second) = (try await server.makeDatabase(), try await server.makeDatabase())
        _ = try await server.run("CREATE TABLE pets (name text); INSERT INTO pets VALUES ('Wanda'), ('Bob')", in: first)
        #expect(try await server.run("SELECT name, length(name) FROM pets", in: first) == "Wanda|5\nBob|3")
        let error = await #expect(throws: UnexpectedCommand.self) {
            try await server.run("SELECT name FROM pets", in: second)
        }
        #expect(error?.description.contains(#"relation "pets" does not exist"#) == true)
    }

    @Test func hasWhatTestsNeed() async throws {
        let server = try SharedPostgreSQL.current
        let database = try await server.makeDatabase()
        #expect(try await server.run("SHOW max_connections", in: database) == "200")
        #expect(try await server.run("SHOW fsync", in: database) == "off")
        #expect(try await server.run("SELECT lower('ÄÖ') = 'äö'", in: database) == "t")
    }

    /// What works for tests works for a user who administers nothing.
    @Test func letsAnOrdinaryUserIn() async throws {
        let server = try SharedPostgreSQL.current
        let database = try await server.makeDatabase()
        #expect(database.url.hasPrefix("postgresql://clowder@127.0.0.1:\(server.port)/"))
        let user = "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
        #expect(try await server.run(user, in: database) == "clowder|f")
    }

    @Test func letsNobodyElseIn() async throws {
        let server = try SharedPostgreSQL.current
        let url = try await server.makeDatabase().url
        let stranger = PostgreSQLServer.Database(url: url, password: "wrong")
        let error = await #expect(throws: UnexpectedCommand.self) { try await server.run("SELECT 1", in: stranger) }
        #expect(error?.description.contains("password authentication failed") == true)
    }

    /// A suite that ends takes the server from none of the others.
    @Test func sharesItWithOtherSuites() async throws {
        let server = try SharedPostgreSQL.current
        let test = try #require(Test.current)
        try await SharedPostgreSQL.Trait().provideScope(for: test, testCase: nil) {
            let shared = try SharedPostgreSQL.current
            #expect(shared.port == server.port)
        }
        #expect(try await server.run("SELECT 1", in: try await server.makeDatabase()) == "1")
    }
}
