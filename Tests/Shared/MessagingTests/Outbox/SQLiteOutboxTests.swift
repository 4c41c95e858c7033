import FoundationEssentials
import GRDB
import Messaging
import TestSupport
import Testing

@Suite struct SQLiteOutboxTests {
    private let store: OutboxStore

    init() throws {
        store = try OutboxStore()
    }

    private var outbox: SQLiteOutbox { store.outbox }

    private func claim(limit: Int = 10) async throws -> [String] {
        try await outbox.claim(limit: limit, lease: .seconds(10)).map(\.id)
    }

    private func rows() throws -> Int {
        try store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox") ?? 0 }
    }

    @Test func keepsWhatItsTransactionCommits() async throws {
        let message = Message.sample("a", body: "contents", headers: ["X-Correlation-ID": "abc"])
        try store.append(message)
        #expect(try await outbox.backlog() == 1)
        #expect(try await outbox.claim(limit: 10, lease: .seconds(10)) == [message])
    }

    @Test func losesWhatItsTransactionTakesBack() async throws {
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try store.database.write { database in
                try database.execute(sql: "INSERT INTO account (id) VALUES ('1')")
                try outbox.append(.sample("a"), in: database)
                throw Refused()
            }
        }
        #expect(try await outbox.backlog() == 0)
        #expect(try await claim() == [])
    }

    /// The other way round: a message that cannot be written takes the change back with it.
    @Test func takesTheChangeBackWhenTheMessageCannotBeWritten() async throws {
        try store.append(.sample("a"))
        #expect(throws: DatabaseError.self) {
            try store.database.write { database in
                try database.execute(sql: "INSERT INTO account (id) VALUES ('1')")
                try outbox.append(.sample("a"), in: database)
            }
        }
        let accounts = try await store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM account") }
        #expect(accounts == 0)
    }

    @Test func givesTheOldestFirstAndEachToOneRelay() async throws {
        for id in ["a", "b", "c"] { try store.append(.sample(id)) }
        #expect(try await claim(limit: 2) == ["a", "b"])
        #expect(try await claim() == ["c"])
        #expect(try await claim() == [])
        #expect(try await outbox.backlog() == 3)
    }

    @Test func givesAMessageAgainWhenTheLeaseEnds() async throws {
        try store.append(.sample("a"))
        #expect(try await claim() == ["a"])
        store.time.advance(by: .milliseconds(9999))
        #expect(try await claim() == [])
        store.time.advance(by: .milliseconds(1))
        #expect(try await claim() == ["a"])
    }

    @Test func givesAReleasedMessageAgainAtOnce() async throws {
        for id in ["a", "b"] { try store.append(.sample(id)) }
        #expect(try await claim() == ["a", "b"])
        try await outbox.release(["b", "unknown"])
        #expect(try await claim() == ["b"])
    }

    @Test func givesNoRelayedMessageAgain() async throws {
        for id in ["a", "b"] { try store.append(.sample(id)) }
        #expect(try await claim() == ["a", "b"])
        try await outbox.markRelayed(["a"])
        try await outbox.release(["a"])
        store.time.advance(by: .seconds(3600))
        #expect(try await claim() == ["b"])
        #expect(try await outbox.backlog() == 1)
    }

    @Test func erasesTheBodyOfARelayedMessage() async throws {
        try store.append(.sample("a", body: "private"))
        try await outbox.markRelayed(["a"])
        let body = try await store.database.read { try Data.fetchOne($0, sql: "SELECT body FROM outbox") }
        #expect(body == Data())
    }

    @Test func keepsRelayedRowsForAWeek() async throws {
        #expect(SQLiteOutbox.retention == .seconds(604_800))
        for id in ["relayed", "waiting"] { try store.append(.sample(id)) }
        try await outbox.markRelayed(["relayed"])
        store.time.advance(by: SQLiteOutbox.retention)
        try await outbox.markRelayed([])
        #expect(try rows() == 2)
        store.time.advance(by: .seconds(1))
        try await outbox.markRelayed([])
        #expect(try rows() == 1)
        #expect(try await claim() == ["waiting"])
    }

    @Test func saysThatTheStoreFailed() async throws {
        try await store.database.write { try $0.execute(sql: "DROP TABLE outbox") }
        await expectFailure(.unavailable) { _ = try await outbox.claim(limit: 1, lease: .seconds(1)) }
        await expectFailure(.unavailable) { try await outbox.markRelayed(["a"]) }
        await expectFailure(.unavailable) { _ = try await outbox.backlog() }
    }
}

/// An outbox in a database in memory, beside a table of the service's own.
struct OutboxStore {
    let time = ManualTime()
    let database: DatabaseQueue
    let outbox: SQLiteOutbox

    init() throws {
        let time = time
        database = try DatabaseQueue()
        outbox = SQLiteOutbox(database: database, now: { time.date })
        try database.write { database in
            try database.execute(sql: "CREATE TABLE account (id TEXT PRIMARY KEY)")
            try SQLiteOutbox.createTable(in: database)
        }
    }

    func append(_ message: Message) throws {
        try database.write { try outbox.append(message, in: $0) }
    }
}
