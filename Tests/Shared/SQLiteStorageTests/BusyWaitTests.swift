import GRDB
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStorage

/// How a writer waits while another process writes.
@Suite(.timeLimit(.minutes(1))) struct BusyWaitTests {
    @Test(arguments: [0, 1, 49, 328, 329, 5000].map { Duration.milliseconds($0) })
    func waitsAsLongAsItMay(limit: Duration) throws {
        let wait = BusyWait(limit: limit)
        var pauses: [Duration] = []
        while wait.pause(after: pauses.count) > .zero { pauses.append(wait.pause(after: pauses.count)) }
        #expect(pauses.reduce(.zero, +) == limit)
        #expect(pauses.dropLast() == pauses.dropLast().sorted() && pauses.allSatisfy { $0 <= .milliseconds(100) })
        #expect(!wait.goesOn(after: pauses.count))
    }

    @Test func writesWhenTheOtherWriterIsDone() async throws {
        try await ScratchDatabase.with(busyTimeout: .seconds(3600)) { database in
            let other = try OtherWriter(of: database)
            let write = Attempt { try await database.insert() }
            try other.commit()
            try await write.ends().get()
            #expect(try await database.entries() == 2)
        }
    }

    @Test func givesUpWhenTheOtherWriterTakesTooLong() async throws {
        try await ScratchDatabase.with(busyTimeout: .milliseconds(50)) { database in
            let other = try OtherWriter(of: database)
            let result = try await Attempt { try await database.insert() }.ends()
            let error = #expect(throws: DatabaseError.self) { try result.get() }
            #expect(error?.resultCode == .SQLITE_BUSY)
            try other.commit()
            try await database.write()
            #expect(try await database.entries() == 2)
        }
    }

    /// A write that is cancelled before it waits ends as cancelled, one that waits by then as one that gave up.
    @Test func givesUpWhenItIsCancelled() async throws {
        try await ScratchDatabase.with(busyTimeout: .seconds(3600)) { database in
            let other = try OtherWriter(of: database)
            try await eventually("a cancellation that finds the writer waiting") {
                let isAboutToWait = Flag()
                let write = Attempt {
                    try await database.pool.writeWithoutTransaction { connection in
                        isAboutToWait.raise()
                        try connection.inTransaction(.immediate) { .commit }
                    }
                }
                try await eventually("the beginning of the wait") { isAboutToWait.isRaised }
                write.cancel()
                let result = try await write.ends()
                let error = #expect(throws: (any Error).self) { try result.get() }
                return (error as? DatabaseError)?.resultCode == .SQLITE_BUSY
            }
            try other.commit()
            try await database.write()
            #expect(try await database.entries() == 2)
        }
    }
}

/// Something that has come about.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}

/// What another process would be: a connection of its own, in the middle of writing one entry.
private final class OtherWriter: Sendable {
    private let connection: DatabaseQueue

    init(of database: ScratchDatabase) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        connection = try DatabaseQueue(path: database.pool.path, configuration: configuration)
        try connection.inDatabase { database in
            try database.beginTransaction(.immediate)
            try database.execute(sql: "INSERT INTO entry (number) VALUES (0)")
        }
    }

    func commit() throws {
        try connection.inDatabase { try $0.commit() }
    }
}
