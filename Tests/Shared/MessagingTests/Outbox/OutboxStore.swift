import Conformance
import Messaging
import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

@Suite struct SQLiteOutboxTests {
    @Test func keepsThePromisesOfAnOutbox() async throws {
        let store = try OutboxStore()
        try await OutboxConformance(database: store.database).check()
        // Its files go with it.
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
