import GRDB
import Resilience
import SQLiteStorage
import TestSupport
import Testing

/// What becomes of a statement that reads when nobody waits for its rows any more.
@Suite(.timeLimit(.minutes(1))) struct ReadInterruptionTests {
    /// The second round can only begin when every reader of the first has come back.
    @Test func endsTheStatementsOfCancelledReads() async throws {
        try await ScratchDatabase.with { database in
            for _ in 1...2 {
                let counts = Self.counts()
                let reads = counts.map { count in Attempt { try await database.pool.read(count.select) } }
                for count in counts { try await count.begins() }
                for read in reads { read.cancel() }
                for read in reads {
                    let result = try await read.ends()
                    #expect(throws: CancellationError.self) { try result.get() }
                }
            }
            #expect(try await database.entries() == 0)
        }
    }

    /// A round of which every statement has begun can only follow one of which all have ended.
    @Test func endsTheStatementsOfReadsAtTheirDeadline() async throws {
        try await ScratchDatabase.with { database in
            for _ in 1...2 {
                try await eventually("a deadline that finds all statements under way") {
                    let counts = Self.counts()
                    let deadline = Deadline.after(.milliseconds(300), from: ContinuousClock().now)
                    let reads = counts.map { count in
                        Attempt { try await withDeadline(deadline) { try await database.pool.read(count.select) } }
                    }
                    for read in reads {
                        let result = try await read.ends()
                        #expect(throws: DeadlineExceeded()) { try result.get() }
                    }
                    return counts.allSatisfy(\.hasBegun)
                }
            }
            #expect(try await database.entries() == 0)
        }
    }

    /// One count for each connection that reads.
    private static func counts() -> [SlowCount] {
        (0..<SQLiteDatabase.maximumReaders).map { _ in SlowCount() }
    }
}
