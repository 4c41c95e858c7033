import Messaging
import TestSupport
import Testing

/// What people can do with messages that were given up.
extension QueuePromise {
    static let deadLetters = [
        QueuePromise("listsTheLatestDeadFirst", listsTheLatestDeadFirst),
        QueuePromise("pagesThroughAllLettersWithoutGapOrRepetition", pagesThroughAllLettersWithoutGapOrRepetition),
        QueuePromise("showsALetterWithItsMessage", showsALetterWithItsMessage),
        QueuePromise("showsNoMessageThatIsAlive", showsNoMessageThatIsAlive),
        QueuePromise(
            "replaysALetterAtOnceWithAFreshCountAndItsHistory",
            replaysALetterAtOnceWithAFreshCountAndItsHistory
        ),
        QueuePromise("givesAReplayedLetterAHigherFence", givesAReplayedLetterAHigherFence),
        QueuePromise("replaysOneLetterOnly", replaysOneLetterOnly),
        QueuePromise("replaysAllLetters", replaysAllLetters),
        QueuePromise("deletesALetterForGood", deletesALetterForGood),
        QueuePromise("neitherReplaysNorDeletesWhatIsNotDead", neitherReplaysNorDeletesWhatIsNotDead),
    ]

    private static func ids(_ page: DeadLetterPage) -> [String] { page.letters.map(\.message.id) }

    private static func listsTheLatestDeadFirst(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            for id in ["a", "b", "c"] {
                try await queue.kill(id)
                time.advance(by: .milliseconds(1))
            }
            try await queue.enqueue("alive")
            let page = try await queue.deadLetters(after: nil, limit: 10)
            #expect(ids(page) == ["c", "b", "a"])
            #expect(page.nextCursor == nil)
        }
    }

    /// Letters that died in the same moment are on one page each.
    private static func pagesThroughAllLettersWithoutGapOrRepetition(_ engine: QueueEngine) async throws {
        for limit in 1...6 {
            try await engine.withQueue { queue, time in
                for id in ["a", "b", "c", "d", "e"] {
                    try await queue.kill(id)
                    if id == "c" { time.advance(by: .microseconds(1234)) }
                }
                var seen: [String] = []
                var cursor: String?
                repeat {
                    let page = try await queue.deadLetters(after: cursor, limit: limit)
                    #expect(page.letters.count <= limit && !page.letters.isEmpty)
                    seen += ids(page)
                    cursor = page.nextCursor
                } while cursor != nil && seen.count <= 5
                #expect(seen == ["e", "d", "c", "b", "a"], "pages of \(limit)")
            }
        }
    }

    private static func showsALetterWithItsMessage(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            let message = Message.sample("a", body: "contents", headers: ["X-Correlation-ID": "abc"])
            _ = try await queue.enqueue(message, delay: .zero)
            try await queue.bury(try await queue.claimOnly(), error: "refused")
            #expect(try await queue.deadLetter(id: "a")?.message == message)
            #expect(try await queue.deadLetter(id: "b") == nil)
        }
    }

    private static func showsNoMessageThatIsAlive(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.enqueue("a")
            #expect(try await queue.deadLetter(id: "a") == nil)
            _ = try await queue.claimOnly()
            #expect(try await queue.deadLetter(id: "a") == nil)
            #expect(try await queue.deadLetters(after: nil, limit: 10).letters.isEmpty)
        }
    }

    private static func replaysALetterAtOnceWithAFreshCountAndItsHistory(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.kill("a", error: "first")
            time.advance(by: .seconds(3600))
            #expect(try await queue.replay(id: "a"))
            #expect(try await queue.deadLetter(id: "a") == nil)
            let claim = try await queue.claimOnly()
            #expect(claim.attempt == 1)
            #expect(claim.message == .sample("a"))
            try await queue.bury(claim, error: "second")
            let letter = try #require(try await queue.deadLetter(id: "a"))
            #expect(letter.failures.map(\.message) == ["first", "second"])
            #expect(letter.attempts == 1)
        }
    }

    /// The claim from before the message died must not settle its second life.
    private static func givesAReplayedLetterAHigherFence(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.enqueue("a")
            let old = try await queue.claimOnly()
            try await queue.bury(old, error: "refused")
            #expect(try await queue.replay(id: "a"))
            #expect(try await queue.claimOnly().fence > old.fence)
            await expectFailure(.leaseLost) { try await queue.complete(old) }
        }
    }

    private static func replaysOneLetterOnly(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.kill("a")
            try await queue.kill("b")
            #expect(try await queue.replay(id: "a"))
            #expect(try await queue.depth() == QueueDepth(ready: 1, inFlight: 0, dead: 1))
        }
    }

    private static func replaysAllLetters(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            for id in ["a", "b", "c"] { try await queue.kill(id) }
            #expect(try await queue.replayAll() == 3)
            #expect(try await queue.depth() == QueueDepth(ready: 3, inFlight: 0, dead: 0))
            #expect(try await queue.replayAll() == 0)
        }
    }

    private static func deletesALetterForGood(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.kill("a")
            try await queue.kill("b")
            #expect(try await queue.delete(id: "a"))
            #expect(try await queue.deadLetter(id: "a") == nil)
            #expect(ids(try await queue.deadLetters(after: nil, limit: 10)) == ["b"])
            #expect(try await queue.replayAll() == 1)
            #expect(try await queue.claimOnly().message.id == "b")
        }
    }

    private static func neitherReplaysNorDeletesWhatIsNotDead(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.enqueue("done")
            try await queue.complete(try await queue.claimOnly())
            try await queue.enqueue("leased")
            let leased = try await queue.claimOnly()
            try await queue.enqueue("ready")
            for id in ["done", "leased", "ready", "unknown", ""] {
                #expect(try await !queue.replay(id: id), "\(id)")
                #expect(try await !queue.delete(id: id), "\(id)")
            }
            #expect(try await queue.depth() == QueueDepth(ready: 1, inFlight: 1, dead: 0))
            try await queue.complete(leased)
        }
    }
}
