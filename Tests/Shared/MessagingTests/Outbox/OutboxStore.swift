import Conformance
import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

@testable import Messaging

@Suite struct SQLiteOutboxTests {
    @Test func keepsThePromisesOfAnOutbox() async throws {
        let store = try OutboxStore()
        try await OutboxConformance(database: store.database).check()
        // Its files go with it.
        withExtendedLifetime(store) {}
    }

    /// What is set aside may be long, and stands before what waits.
    @Test(arguments: [
        ("SELECT 1 \(SQLOutbox.due) LIMIT 1", "USING COVERING INDEX outbox_pending"),
        ("SELECT sequence \(SQLOutbox.due) ORDER BY sequence LIMIT 100", "USING COVERING INDEX outbox_pending"),
        ("SELECT count(*) \(SQLOutbox.setAside)", "USING INDEX outbox_refused"),
    ])
    func looksForWorkWithoutReadingBodies(_ query: String, _ way: String) async throws {
        let store = try OutboxStore()
        let plan = try await store.database.read { session in
            try session.rows("EXPLAIN QUERY PLAN " + query, query.contains("?") ? [0.0] : []).map {
                try $0["detail"] as String
            }
        }
        #expect(plan.count == 1)
        #expect(plan.first?.contains(way) == true, "\(plan)")
        withExtendedLifetime(store) {}
    }
}

/// An outbox in a database, beside a table of the service's own.
final class OutboxStore: Sendable {
    let time = ManualTime()
    let database: SQLiteDatabase
    let outbox: SQLOutbox
    private let directory: TemporaryDirectory

    init() throws {
        let time = time
        directory = try TemporaryDirectory()
        database = try SQLiteDatabase.open(
            directory.path + "/outbox.sqlite",
            migrations: [SQLiteMigration("1 tables", OutboxConformance.tables(.sqlite))]
        )
        outbox = SQLOutbox(database: database, now: { time.date })
    }

    deinit { directory.remove() }

    func append(_ message: Message) async throws {
        try await database.write { [outbox] in try outbox.append(message, in: $0) }
    }
}
