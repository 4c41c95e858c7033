import Messaging
import TestSupport
import Testing

/// What a queue remembers, and for how long.
extension QueuePromise {
    static let memory = [
        QueuePromise("remembersIDsForAWeek", remembersIDsForAWeek),
        QueuePromise("keepsUnfinishedMessagesForAsLongAsTheyTake", keepsUnfinishedMessagesForAsLongAsTheyTake),
        QueuePromise("tellsForHowLongMessagesHaveBeenDue", tellsForHowLongMessagesHaveBeenDue),
        QueuePromise("keepsTheLatestTwentyFailures", keepsTheLatestTwentyFailures),
        QueuePromise("cutsALongErrorTo500Characters", cutsALongErrorTo500Characters),
        QueuePromise("refusesACursorThatIsNotItsOwn", refusesACursorThatIsNotItsOwn),
    ]

    private static func remembersIDsForAWeek(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            try await queue.complete(try await queue.claimOnly())
            time.advance(by: .seconds(604_800))
            #expect(try await queue.enqueue(.sample("a"), delay: .zero) == .duplicate)
            time.advance(by: .seconds(61))
            #expect(try await queue.enqueue(.sample("a"), delay: .zero) == .accepted)
        }
    }

    private static func keepsUnfinishedMessagesForAsLongAsTheyTake(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.kill("dead")
            try await queue.enqueue("ready")
            time.advance(by: .seconds(365 * 24 * 3600))
            try await queue.enqueue("later")
            #expect(try await queue.depth() == QueueDepth(ready: 2, inFlight: 0, dead: 1))
        }
    }

    /// Neither what is delayed or claimed is due, nor a dead letter; what was claimed is, when its lease has run out.
    private static func tellsForHowLongMessagesHaveBeenDue(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            #expect(try await queue.longestDue() == nil)
            try await queue.kill("dead")
            _ = try await queue.enqueue(.sample("delayed"), delay: .seconds(30))
            time.advance(by: .seconds(20))
            #expect(try await queue.longestDue() == nil)
            _ = try await queue.enqueue(.sample("other", topic: "erasure"), delay: .zero)
            time.advance(by: .seconds(15))
            #expect(try await queue.longestDue() == .seconds(15))
            try await queue.complete(try #require(try await queue.claim(topic: "erasure").first))
            #expect(try await queue.longestDue() == .seconds(5))
            let claim = try await queue.claimOnly()
            #expect(try await queue.longestDue() == nil)
            time.advance(by: .seconds(67))
            #expect(try await queue.longestDue() == .seconds(7))
            try await queue.complete(try await queue.claimOnly())
            #expect(claim.message.id == "delayed")
            #expect(try await queue.longestDue() == nil)
        }
    }

    private static func keepsTheLatestTwentyFailures(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
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

    private static func cutsALongErrorTo500Characters(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.kill("a", error: String(repeating: "é", count: 501))
            let letter = try #require(try await queue.deadLetter(id: "a"))
            #expect(letter.failures.map(\.message) == [String(repeating: "é", count: 500)])
        }
    }

    private static func refusesACursorThatIsNotItsOwn(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            for cursor in ["", "x", "1_2_3", "_", "x_y", "nan_1", "inf_1", "1_x", "_1_2"] {
                await expectFailure(.invalidCursor) { _ = try await queue.deadLetters(after: cursor, limit: 1) }
            }
        }
    }
}
