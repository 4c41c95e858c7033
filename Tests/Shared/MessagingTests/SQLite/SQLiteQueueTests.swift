import Conformance
import FoundationEssentials
import Messaging
import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

/// What the SQLite queue promises beyond the protocol.
@Suite struct SQLiteQueueTests {
    private func withQueue(_ body: (SQLiteQueue, ManualTime, String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let time = ManualTime()
            let path = directory + "/queue.sqlite"
            try await body(try SQLiteQueue(path: path, now: { time.date }), time, path)
        }
    }

    @Test func remembersIDsForAWeek() {
        #expect(SQLiteQueue.dedupeWindow == .seconds(604_800))
    }

    @Test func erasesTheBodyOfWhatIsDoneOrDeleted() async throws {
        try await withQueue { queue, _, path in
            _ = try await queue.enqueue(.sample("done", body: "private"), delay: .zero)
            try await queue.complete(try await queue.claimOnly())
            _ = try await queue.enqueue(.sample("deleted", body: "private"), delay: .zero)
            try await queue.bury(try await queue.claimOnly(), error: "550 for someone@example.org")
            #expect(try await queue.delete(id: "deleted"))
            let reader = try SQLiteDatabase.open(path, migrations: [])
            let rows = try await reader.read { try $0.rows("SELECT body, failures FROM message") }
            #expect(rows.map(\.values) == [[.blob([]), .text("[]")], [.blob([]), .text("[]")]])
        }
    }

    /// Somebody has mended the file by hand, and not well.
    @Test func deliversAMessageWhoseHeadersCannotBeRead() async throws {
        try await withQueue { queue, _, path in
            try await queue.enqueue("bad", "good")
            let writer = try SQLiteDatabase.open(path, migrations: [])
            _ = try await writer.write { try $0.execute("UPDATE message SET headers = '{' WHERE id = 'bad'") }
            let claims = try await queue.claim()
            #expect(claims.map(\.message.id) == ["bad", "good"])
            #expect(claims.first?.message.headers == [:])
            try await queue.bury(try #require(claims.first), error: "refused")
            #expect(try await queue.deadLetter(id: "bad")?.message.body == Array("{}".utf8))
        }
    }

    @Test func saysThatTheStoreFailedAndWhy() async throws {
        try await withQueue { queue, _, path in
            let writer = try SQLiteDatabase.open(path, migrations: [])
            _ = try await writer.write { try $0.execute("DROP TABLE message") }
            await expectFailure(.unavailable) { _ = try await queue.enqueue(.sample("a"), delay: .zero) }
            await expectFailure(.unavailable) { _ = try await queue.claim() }
            let error = await #expect(throws: MessagingError.self) { try await queue.depth() }
            #expect(error?.description.hasPrefix("the queue's database failed: ") == true)
            #expect(error?.cause is SQLError)
        }
    }

    @Test func namesTheFileThatCannotBeOpened() {
        let error = #expect(throws: SQLiteStorageError.self) {
            try SQLiteQueue(path: "/nowhere/queue.sqlite", now: { Date() })
        }
        #expect(error?.description.contains("/nowhere/queue.sqlite") == true)
    }

    @Test(arguments: QueuePromise.all)
    func keepsThePromiseOfAQueue(_ promise: QueuePromise) async throws {
        try await promise.check(
            QueueEngine { place, time in try SQLiteQueue(path: place + "/queue.sqlite", now: { time.date }) }
        )
    }
}
