import GRDB
import Resilience
import TestSupport
import Testing

/// What becomes of a transaction when nobody waits for it any more: all of it stays, or nothing.
@Suite(.timeLimit(.minutes(1))) struct WriteInterruptionTests {
    @Test func takesBackAWriteThatIsCancelledInAStatement() async throws {
        try await ScratchDatabase.with { database in
            let count = SlowCount()
            let write = Attempt {
                try await database.pool.write { connection in
                    try Self.write(1, in: connection)
                    try count.insert(in: connection)
                }
            }
            try await count.begins()
            write.cancel()
            let result = try await write.ends()
            #expect(throws: CancellationError.self) { try result.get() }
            #expect(try await database.entries() == 0)
            try await database.write()
            #expect(try await database.entries() == 1)
        }
    }

    @Test func takesBackAWriteAtItsDeadline() async throws {
        try await ScratchDatabase.with { database in
            try await eventually("a deadline that finds the statement under way") {
                let count = SlowCount()
                let deadline = Deadline.after(.milliseconds(300), from: ContinuousClock().now)
                let write = Attempt {
                    try await withDeadline(deadline) {
                        try await database.pool.write { connection in
                            try Self.write(1, in: connection)
                            try count.insert(in: connection)
                        }
                    }
                }
                let result = try await write.ends()
                #expect(throws: DeadlineExceeded()) { try result.get() }
                return count.hasBegun
            }
            #expect(try await database.entries() == 0)
            try await database.write()
            #expect(try await database.entries() == 1)
        }
    }

    /// The last of them is cancelled between its last statement and its commit.
    @Test(arguments: 0...3)
    func takesBackAWriteThatIsCancelledAfter(statements: Int) async throws {
        try await ScratchDatabase.with { database in
            let write = Attempt {
                try await database.pool.write { connection in
                    try Self.write(statements, in: connection)
                    Self.cancelThisTask()
                    try Self.write(3 - statements, in: connection)
                }
            }
            let result = try await write.ends()
            #expect(throws: CancellationError.self) { try result.get() }
            #expect(try await database.entries() == 0)
            try await database.write()
            #expect(try await database.entries() == 1)
        }
    }

    /// The caller learns that the write is done, cancelled or not.
    @Test func keepsAWriteThatIsCancelledAfterItsCommit() async throws {
        try await ScratchDatabase.with { database in
            let write = Attempt {
                try await database.pool.write { connection in
                    try Self.write(3, in: connection)
                    connection.afterNextTransaction { _ in Self.cancelThisTask() }
                }
                return Task.isCancelled
            }
            let isCancelled = try await write.ends().get()
            #expect(isCancelled)
            #expect(try await database.entries() == 3)
        }
    }

    private static func write(_ entries: Int, in database: Database) throws {
        for number in 0..<entries {
            try database.execute(sql: "INSERT INTO entry (number) VALUES (?)", arguments: [number])
        }
    }

    private static func cancelThisTask() {
        withUnsafeCurrentTask { $0?.cancel() }
    }
}
