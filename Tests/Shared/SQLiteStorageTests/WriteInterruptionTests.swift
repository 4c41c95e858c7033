import CSQLite
import Resilience
import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

/// What becomes of a transaction when nobody waits for it any more: all of it stays, or nothing.
@Suite(.timeLimit(.minutes(1))) struct WriteInterruptionTests {
    @Test func takesBackAWriteThatIsCancelledInAStatement() async throws {
        try await ScratchDatabase.with { scratch in
            let count = SlowCount()
            let write = Attempt {
                try await scratch.database.write { session in
                    try Self.write(1, in: session)
                    try count.insert(in: session)
                }
            }
            try await count.begins()
            write.cancel()
            let result = try await write.ends()
            #expect(throws: CancellationError.self) { try result.get() }
            #expect(try await scratch.entries() == 0)
            try await scratch.write()
            #expect(try await scratch.entries() == 1)
        }
    }

    @Test func takesBackAWriteAtItsDeadline() async throws {
        try await ScratchDatabase.with { scratch in
            try await eventually("a deadline that finds the statement under way") {
                let count = SlowCount()
                let deadline = Deadline.after(.milliseconds(300), from: ContinuousClock().now)
                let write = Attempt {
                    try await withDeadline(deadline) {
                        try await scratch.database.write { session in
                            try Self.write(1, in: session)
                            try count.insert(in: session)
                        }
                    }
                }
                let result = try await write.ends()
                #expect(throws: DeadlineExceeded()) { try result.get() }
                return count.hasBegun
            }
            #expect(try await scratch.entries() == 0)
            try await scratch.write()
            #expect(try await scratch.entries() == 1)
        }
    }

    /// The last of them is cancelled between its last statement and its commit.
    @Test(arguments: 0...3)
    func takesBackAWriteThatIsCancelledAfter(statements: Int) async throws {
        try await ScratchDatabase.with { scratch in
            let write = Attempt {
                try await scratch.database.write { session in
                    try Self.write(statements, in: session)
                    Self.cancelThisTask()
                    try Self.write(3 - statements, in: session)
                }
            }
            let result = try await write.ends()
            #expect(throws: CancellationError.self) { try result.get() }
            #expect(try await scratch.entries() == 0)
            try await scratch.write()
            #expect(try await scratch.entries() == 1)
        }
    }

    /// The caller learns that the write is done, cancelled or not.
    @Test func keepsAWriteThatIsCancelledAfterItsCommit() async throws {
        try await ScratchDatabase.with { scratch in
            let write = Attempt {
                try await scratch.database.write { session in
                    try Self.write(3, in: session)
                    try Self.cancelThisTask(afterTheCommitOf: session)
                }
                return Task.isCancelled
            }
            let isCancelled = try await write.ends().get()
            #expect(isCancelled)
            #expect(try await scratch.entries() == 3)
        }
    }

    private static func write(_ entries: Int, in session: any SQLSession) throws {
        for number in 0..<entries {
            try session.execute("INSERT INTO entry (number) VALUES (?)", [number])
        }
    }

    private static func cancelThisTask() {
        withUnsafeCurrentTask { $0?.cancel() }
    }

    /// SQLite calls this hook when the changes are in the log.
    private static func cancelThisTask(afterTheCommitOf session: any SQLSession) throws {
        let connection = try #require((session as? SQLiteSession)?.connection)
        sqlite3_wal_hook(
            connection.handle,
            { _, _, _, _ in
                withUnsafeCurrentTask { $0?.cancel() }
                return SQLITE_OK
            },
            nil
        )
    }
}
