import Conformance
import GRDB
import Messaging
import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

@Suite struct SQLiteOutboxTests {
    @Test func keepsThePromisesOfAnOutbox() async throws {
        try await OutboxConformance(database: try OutboxStore().database).check()
    }
}

/// An outbox in a database in memory, beside a table of the service's own.
struct OutboxStore {
    let time = ManualTime()
    let database: SQLiteStore
    let outbox: SQLOutbox

    init() throws {
        let time = time
        let queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: OutboxConformance.tables(.sqlite)) }
        database = SQLiteStore(queue)
        outbox = SQLOutbox(database: database, now: { time.date })
    }

    func append(_ message: Message) async throws {
        try await database.write { [outbox] in try outbox.append(message, in: $0) }
    }
}
