import FoundationEssentials
import GRDB
import Messaging
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

    @Test func remembersIDsForAWeek() async throws {
        #expect(SQLiteQueue.dedupeWindow == .seconds(604_800))
        try await withQueue { queue, time, _ in
            try await queue.enqueue("a")
            try await queue.complete(try await queue.claimOnly())
            time.advance(by: SQLiteQueue.dedupeWindow)
            #expect(try await queue.enqueue(.sample("a"), delay: .zero) == .duplicate)
            time.advance(by: .seconds(1))
            #expect(try await queue.enqueue(.sample("a"), delay: .zero) == .accepted)
        }
    }

    @Test func keepsUnfinishedMessagesForAsLongAsTheyTake() async throws {
        try await withQueue { queue, time, _ in
            try await queue.kill("dead")
            try await queue.enqueue("ready")
            time.advance(by: .seconds(365 * 24 * 3600))
            try await queue.enqueue("later")
            #expect(try await queue.depth() == QueueDepth(ready: 2, inFlight: 0, dead: 1))
        }
    }

    @Test func erasesTheBodyOfWhatIsDoneOrDeleted() async throws {
        try await withQueue { queue, _, path in
            _ = try await queue.enqueue(.sample("done", body: "private"), delay: .zero)
            try await queue.complete(try await queue.claimOnly())
            _ = try await queue.enqueue(.sample("deleted", body: "private"), delay: .zero)
            try await queue.bury(try await queue.claimOnly(), error: "550 for someone@example.org")
            #expect(try await queue.delete(id: "deleted"))
            let reader = try DatabaseQueue(path: path)
            let rows = try reader.read { try Row.fetchAll($0, sql: "SELECT body, failures FROM message") }
            #expect(rows.count == 2)
            #expect(rows.allSatisfy { ($0["body"] as Data).isEmpty && $0["failures"] as String == "[]" })
        }
    }

    @Test func keepsTheLatestTwentyFailures() async throws {
        try await withQueue { queue, _, _ in
            try await queue.enqueue("a")
            for number in 1...24 {
                try await queue.retry(try await queue.claimOnly(), after: .zero, error: "\(number)")
            }
            try await queue.bury(try await queue.claimOnly(), error: "25")
            let failures = try #require(try await queue.deadLetter(id: "a")).failures
            #expect(failures.map(\.message) == (6...25).map(String.init))
            #expect(failures.map(\.attempt) == Array(6...25))
        }
    }

    @Test func cutsALongErrorTo500Characters() async throws {
        try await withQueue { queue, _, _ in
            try await queue.kill("a", error: String(repeating: "é", count: 501))
            let letter = try #require(try await queue.deadLetter(id: "a"))
            #expect(letter.failures.map(\.message) == [String(repeating: "é", count: 500)])
        }
    }

    @Test(arguments: ["", "x", "1_2_3", "_", "x_y", "nan_1", "inf_1", "1_x", "_1_2"])
    func refusesACursorThatIsNotItsOwn(_ cursor: String) async throws {
        try await withQueue { queue, _, _ in
            await expectFailure(.invalidCursor) { _ = try await queue.deadLetters(after: cursor, limit: 1) }
        }
    }

    @Test func saysThatTheStoreFailedAndWhy() async throws {
        try await withQueue { queue, _, path in
            let writer = try DatabaseQueue(path: path)
            try await writer.write { try $0.execute(sql: "DROP TABLE message") }
            await expectFailure(.unavailable) { _ = try await queue.enqueue(.sample("a"), delay: .zero) }
            await expectFailure(.unavailable) { _ = try await queue.claim() }
            let error = await #expect(throws: MessagingError.self) { try await queue.depth() }
            #expect(error?.description.hasPrefix("the queue's database failed: ") == true)
            #expect(error?.cause is DatabaseError)
        }
    }

    @Test func namesTheFileThatCannotBeOpened() {
        let error = #expect(throws: SQLiteStorageError.self) {
            try SQLiteQueue(path: "/nowhere/queue.sqlite", now: { Date() })
        }
        #expect(error?.description.contains("/nowhere/queue.sqlite") == true)
    }
}
