import SQLStorage
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStorage

/// Who gets a connection, and when.
@Suite(.timeLimit(.minutes(1))) struct SQLiteWorkersTests {
    @Test func letsOneReaderTooManyWaitUntilItIsCancelled() async throws {
        try await ScratchDatabase.with { scratch in
            let counts = (0..<SQLiteDatabase.maximumReaders).map { _ in SlowCount() }
            let reads = counts.map { count in Attempt { try await scratch.database.read(count.select) } }
            for count in counts { try await count.begins() }
            let late = Attempt { try await scratch.database.read { try $0.value("SELECT 1") as Int? } }
            let later = Attempt { try await scratch.database.read { try $0.value("SELECT 2") as Int? } }
            try await eventually("two that wait", holds: { scratch.database.waiting.readers == 2 })
            late.cancel()
            let result = try await late.ends()
            #expect(throws: CancellationError.self) { try result.get() }
            #expect(scratch.database.waiting.readers == 1)
            // Writing goes on meanwhile.
            try await scratch.write()
            reads[0].cancel()
            #expect(try await later.ends().get() == 2)
            for read in reads { read.cancel() }
            for read in reads { _ = try await read.ends() }
            #expect(try await scratch.entries() == 1)
        }
    }

    @Test func letsThoseWhoWaitInByTheirOrder() async throws {
        try await ScratchDatabase.with { scratch in
            let count = SlowCount()
            let first = Attempt { try await scratch.database.write { try count.insert(in: $0) } }
            try await count.begins()
            let order = Mutex<[Int]>([])
            var writes: [Attempt<Void>] = []
            for number in 0..<5 {
                writes.append(
                    Attempt { try await scratch.database.write { _ in order.withLock { $0.append(number) } } }
                )
                try await eventually("the next that waits", holds: { scratch.database.waiting.writers == number + 1 })
            }
            first.cancel()
            for write in writes { try await write.ends().get() }
            #expect(order.withLock { $0 } == [0, 1, 2, 3, 4])
        }
    }

    @Test func refusesWhatDoesNotFitIntoTheLine() async throws {
        #expect(SQLiteWorkers.maximumWaiting == 1000)
        try await ScratchDatabase.with { scratch in
            let count = SlowCount()
            let first = Attempt { try await scratch.database.write { try count.insert(in: $0) } }
            try await count.begins()
            let waiting = (0..<SQLiteWorkers.maximumWaiting).map { _ in Attempt { try await scratch.insert() } }
            try await eventually("a full line", holds: { scratch.database.waiting.writers == waiting.count })
            let error = await #expect(throws: SQLError.self) { try await scratch.insert() }
            #expect(error?.code == .saturated)
            for write in waiting { write.cancel() }
            try await eventually("an empty line", holds: { scratch.database.waiting.writers == 0 })
            first.cancel()
            _ = try await first.ends()
            #expect(try await scratch.entries() == 0)
        }
    }

    /// A file that cannot be opened at the moment can be later.
    @Test func opensAReaderWhenItCan() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/scratch.sqlite"
            let wait = BusyWait(limit: .zero)
            let readers = SQLiteWorkers(limit: 1) { SQLiteWorker(.init(path: path, role: .reader, wait: wait)) }
            let count: @Sendable (SQLiteWorker) async throws -> Void = { worker in
                try await worker.run { try $0.run("SELECT count(*) FROM entry") }
            }
            await #expect(throws: SQLiteError.self) { try await readers.lend(count) }
            let database = try SQLiteDatabase.open(path, migrations: [ScratchDatabase.migration])
            try await readers.lend(count)
            withExtendedLifetime(database) {}
        }
    }
}
