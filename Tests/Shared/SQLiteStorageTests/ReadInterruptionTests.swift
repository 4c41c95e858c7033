import Resilience
import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

/// What becomes of a statement that reads when nobody waits for its rows any more.
@Suite(.timeLimit(.minutes(1))) struct ReadInterruptionTests {
    /// The second round can only begin when every reader of the first has come back.
    @Test func endsTheStatementsOfCancelledReads() async throws {
        try await ScratchDatabase.with { scratch in
            for _ in 1...2 {
                let counts = Self.counts()
                let reads = counts.map { count in Attempt { try await scratch.database.read(count.select) } }
                for count in counts { try await count.begins() }
                for read in reads { read.cancel() }
                for read in reads {
                    let result = try await read.ends()
                    #expect(throws: CancellationError.self) { try result.get() }
                }
            }
            #expect(try await scratch.entries() == 0)
        }
    }

    /// A round of which every statement has begun can only follow one of which all have ended.
    @Test func endsTheStatementsOfReadsAtTheirDeadline() async throws {
        try await ScratchDatabase.with { scratch in
            for _ in 1...2 {
                try await eventually("a deadline that finds all statements under way") {
                    let counts = Self.counts()
                    let deadline = Deadline.after(.milliseconds(300), from: ContinuousClock().now)
                    let reads = counts.map { count in
                        Attempt { try await withDeadline(deadline) { try await scratch.database.read(count.select) } }
                    }
                    for read in reads {
                        let result = try await read.ends()
                        #expect(throws: DeadlineExceeded()) { try result.get() }
                    }
                    return counts.allSatisfy(\.hasBegun)
                }
            }
            #expect(try await scratch.entries() == 0)
        }
    }

    /// What ends by itself at the very moment at which it is cancelled must not end what comes after it.
    @Test func endsNothingButWhatIsCancelled() async throws {
        let sum = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) SELECT sum(n) FROM c"
        try await ScratchDatabase.with { scratch in
            for _ in 1...50 {
                let reads = (0..<SQLiteDatabase.maximumReaders).map { _ in
                    Attempt { try await scratch.database.read { try $0.value(sum) as Int? } }
                }
                for read in reads { read.cancel() }
                let others = (0..<SQLiteDatabase.maximumReaders).map { _ in
                    Attempt { try await scratch.database.read { try $0.value(sum) as Int? } }
                }
                for other in others { #expect(try await other.ends().get() == 4_501_500) }
                for read in reads { _ = try await read.ends() }
            }
        }
    }

    /// FTS5 runs statements of its own inside of others, which an interruption leaves where they are.
    @Test func endsAStatementOfTheFullTextIndex() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.database.write { session in
                try session.execute("CREATE VIRTUAL TABLE note USING fts5 (text)")
                try session.execute("INSERT INTO note (text) VALUES ('first')")
            }
            for _ in 1...2 {
                let count = SlowCount()
                let write = Attempt {
                    try await scratch.database.write { try count.insert(into: "note (text)", in: $0) }
                }
                try await count.begins()
                write.cancel()
                let result = try await write.ends()
                #expect(throws: CancellationError.self) { try result.get() }
                let found: [Int?] = try await scratch.database.write { session in
                    try session.execute("INSERT INTO note (text) VALUES ('second')")
                    return try ["first", "second", "77"].map { word in
                        try session.value("SELECT count(*) FROM note WHERE note MATCH ?", [word])
                    }
                }
                #expect(found[0] == 1 && found[2] == 0)
            }
            let seconds: Int? = try await scratch.database.read { session in
                try session.value("SELECT count(*) FROM note WHERE note MATCH 'second'")
            }
            #expect(seconds == 2)
        }
    }

    /// One count for each connection that reads.
    private static func counts() -> [SlowCount] {
        (0..<SQLiteDatabase.maximumReaders).map { _ in SlowCount() }
    }
}
