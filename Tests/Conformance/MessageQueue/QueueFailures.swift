import FoundationEssentials
import Messaging
import TestSupport
import Testing

/// What becomes of a message whose work failed.
extension QueuePromise {
    static let failures = [
        QueuePromise("deliversAFailedMessageAfterThePause", deliversAFailedMessageAfterThePause),
        QueuePromise("keepsTheHistoryOfErrors", keepsTheHistoryOfErrors),
        QueuePromise("buriesAMessageAtOnce", buriesAMessageAtOnce),
    ]

    private static func deliversAFailedMessageAfterThePause(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            let first = try await queue.claimOnly()
            try await queue.retry(first, after: .seconds(16), error: "relay away")
            #expect(try await queue.depth() == QueueDepth(ready: 1, inFlight: 0, dead: 0))
            time.advance(by: .milliseconds(15_999))
            #expect(try await queue.claim() == [])
            time.advance(by: .milliseconds(1))
            let second = try await queue.claimOnly()
            #expect(second.message == first.message)
            #expect(second.attempt == 2)
            #expect(second.fence > first.fence)
        }
    }

    private static func keepsTheHistoryOfErrors(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            let start = time.date
            try await queue.enqueue("a")
            for error in ["relay away", "relay slow"] {
                time.advance(by: .seconds(10))
                try await queue.retry(try await queue.claimOnly(), after: .zero, error: error)
            }
            time.advance(by: .seconds(10))
            try await queue.bury(try await queue.claimOnly(), error: "550 no such mailbox")
            let letter = try #require(try await queue.deadLetter(id: "a"))
            let expected = [
                DeadLetter.Failure(at: start.addingTimeInterval(10), attempt: 1, message: "relay away"),
                DeadLetter.Failure(at: start.addingTimeInterval(20), attempt: 2, message: "relay slow"),
                DeadLetter.Failure(at: start.addingTimeInterval(30), attempt: 3, message: "550 no such mailbox"),
            ]
            #expect(letter.failures == expected)
            #expect(letter.attempts == 3)
            #expect(letter.enqueuedAt == start)
            #expect(letter.deadAt == start.addingTimeInterval(30))
        }
    }

    private static func buriesAMessageAtOnce(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.kill("a")
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 1))
            time.advance(by: .seconds(7 * 3600))
            #expect(try await queue.claim() == [])
        }
    }
}
