import HTTPTypes
import SQLStorage
import SQLiteStorage
import ServiceClient
import ServiceTestSupport
import TestSupport
import Testing

/// What becomes of a search that is not done at its deadline.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: TestDatabase.isFile, "PostgreSQL's interruption has tests of its own")
)
struct SearchDeadlineTests {
    /// As many searches as there are connections to read with: one that went on would keep its connection.
    @Test func endsTheStatementsOfSearchesAtTheirDeadline() async throws {
        try await withSearchService { search in
            _ = try await search.import(Catalogue.lines)
            try await Self.makeSearchesTakeHours(in: search.databasePath)
            let searches = (0..<SQLiteDatabase.maximumReaders).map { _ in
                Attempt { try await search.send(.get, "/v1/listings?q=bella", headers: [.requestTimeout: "500"]) }
            }
            for attempt in searches {
                let answer = try await attempt.ends().get()
                #expect(answer.status == .gatewayTimeout)
                #expect(try answer.problem.type.hasSuffix("deadline-exceeded"))
            }
            let listing = try await Attempt { try await search.send(.get, "/v1/listings/A1") }.ends().get()
            #expect(listing.status == .ok)
        }
    }

    /// Every search asks first which generation of the catalogue there is; a view in the table's place counts for it.
    private static func makeSearchesTakeHours(in path: String) async throws {
        try await SQLiteDatabase.open(path, migrations: []).write { session in
            try session.execute("DROP TABLE catalogue")
            try session.execute(
                """
                CREATE VIEW catalogue AS
                WITH RECURSIVE counted (number) AS (
                    SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < 100000000000
                )
                SELECT count(*) AS generation, '' AS id FROM counted
                """
            )
        }
    }
}
