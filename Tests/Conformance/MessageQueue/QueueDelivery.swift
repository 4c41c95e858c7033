import Messaging
import TestSupport
import Testing

/// How messages enter a queue and are delivered.
extension QueuePromise {
    static let delivery = [
        QueuePromise("tellsMessagesApartWhateverTheirIDs", tellsMessagesApartWhateverTheirIDs),
        QueuePromise("deliversAMessageAsItWasSent", deliversAMessageAsItWasSent),
        QueuePromise("isEmptyAtFirst", isEmptyAtFirst),
        QueuePromise("deliversEachMessageToOneConsumer", deliversEachMessageToOneConsumer),
        QueuePromise("deliversNoMoreThanTheLimit", deliversNoMoreThanTheLimit),
        QueuePromise("deliversOneTopicOnly", deliversOneTopicOnly),
        QueuePromise("hidesAMessageForItsDelay", hidesAMessageForItsDelay),
        QueuePromise("deliversTheLongestDueFirst", deliversTheLongestDueFirst),
        QueuePromise("forgetsACompletedMessage", forgetsACompletedMessage),
        QueuePromise("acceptsAnIDOnceWhateverBecameOfIt", acceptsAnIDOnceWhateverBecameOfIt),
        QueuePromise("remembersTheIDOfADeletedLetter", remembersTheIDOfADeletedLetter),
    ]

    static let restarts = [QueuePromise("keepsMessagesOverARestart", keepsMessagesOverARestart)]

    private static func tellsMessagesApartWhateverTheirIDs(_ engine: QueueEngine) async throws {
        let ids = ["", " ", ".", "*", ">", "a.b", "a b", "A", "a", "ä", "=C3=A4", "=", "line\nbreak", "quote\"", "日本"]
        try await engine.withQueue { queue, _ in
            for id in ids {
                let message = Message(id: id, topic: "tö pic.>", body: [0, 255, 10, 13], headers: ["Ä: ": "\r\nb"])
                #expect(try await queue.enqueue(message, delay: .zero) == .accepted, "\(id)")
                #expect(try await queue.enqueue(message, delay: .zero) == .duplicate, "\(id)")
            }
            let claims = try await queue.claim(limit: 100, topic: "tö pic.>")
            #expect(claims.map(\.message.id) == ids)
            #expect(
                claims.allSatisfy { $0.message.body == [0, 255, 10, 13] && $0.message.headers == ["Ä: ": "\r\nb"] }
            )
            for claim in claims { try await queue.complete(claim) }
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
        }
    }

    private static func deliversAMessageAsItWasSent(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            let message = Message(
                id: "job-1",
                topic: Message.topic,
                body: Array(0...255),
                headers: ["X-Correlation-ID": "abc", "odd": "\"\\\u{0}\n🐈 é"]
            )
            #expect(try await queue.enqueue(message, delay: .zero) == .accepted)
            let claim = try await queue.claimOnly()
            #expect(claim.message == message)
            #expect(claim.attempt == 1)
        }
    }

    private static func isEmptyAtFirst(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            let (claims, depth) = (try await queue.claim(), try await queue.depth())
            #expect(claims == [])
            #expect(depth == QueueDepth(ready: 0, inFlight: 0, dead: 0))
        }
    }

    private static func deliversEachMessageToOneConsumer(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.enqueue("a", "b")
            #expect(try await queue.claim(limit: 1).map(\.message.id) == ["a"])
            #expect(try await queue.claim().map(\.message.id) == ["b"])
            #expect(try await queue.claim() == [])
        }
    }

    private static func deliversNoMoreThanTheLimit(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.enqueue("a", "b", "c")
            #expect(try await queue.claim(limit: 2).map(\.message.id) == ["a", "b"])
            #expect(try await queue.depth() == QueueDepth(ready: 1, inFlight: 2, dead: 0))
        }
    }

    private static func deliversOneTopicOnly(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            _ = try await queue.enqueue(.sample("a", topic: "erasure"), delay: .zero)
            _ = try await queue.enqueue(.sample("b"), delay: .zero)
            #expect(try await queue.claim(topic: "mai").isEmpty)
            #expect(try await queue.claimOnly().message.id == "b")
            #expect(try await queue.claim(topic: "erasure").map(\.message.id) == ["a"])
        }
    }

    private static func hidesAMessageForItsDelay(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            _ = try await queue.enqueue(.sample("a"), delay: .seconds(30))
            time.advance(by: .milliseconds(29_999))
            #expect(try await queue.claim() == [])
            #expect(try await queue.depth() == QueueDepth(ready: 1, inFlight: 0, dead: 0))
            time.advance(by: .milliseconds(1))
            #expect(try await queue.claimOnly().message.id == "a")
        }
    }

    /// "a" was there first, but "b" and "c" have been due for longer.
    private static func deliversTheLongestDueFirst(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            _ = try await queue.enqueue(.sample("a"), delay: .seconds(20))
            time.advance(by: .seconds(1))
            try await queue.enqueue("b", "c")
            time.advance(by: .seconds(60))
            #expect(try await queue.claim().map(\.message.id) == ["b", "c", "a"])
        }
    }

    private static func forgetsACompletedMessage(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            try await queue.complete(try await queue.claimOnly())
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
            time.advance(by: .seconds(3600))
            #expect(try await queue.claim() == [])
        }
    }

    private static func acceptsAnIDOnceWhateverBecameOfIt(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            let again = Message.sample("a", topic: "other", body: "other")
            func expectDuplicate(_ state: String) async throws {
                #expect(try await queue.enqueue(again, delay: .zero) == .duplicate, "\(state)")
            }
            try await queue.enqueue("a")
            try await expectDuplicate("ready")
            let claim = try await queue.claimOnly()
            #expect(claim.message == .sample("a"))
            try await expectDuplicate("leased")
            try await queue.bury(claim, error: "refused")
            try await expectDuplicate("dead")
            #expect(try await queue.replay(id: "a"))
            try await queue.complete(try await queue.claimOnly())
            time.advance(by: .seconds(6 * 24 * 3600))
            try await expectDuplicate("done")
            #expect(try await queue.claim(topic: "other").isEmpty)
        }
    }

    /// A dead letter that was removed must not come back from an outbox.
    private static func remembersTheIDOfADeletedLetter(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.kill("a")
            #expect(try await queue.delete(id: "a"))
            #expect(try await queue.enqueue(.sample("a"), delay: .zero) == .duplicate)
        }
    }

    private static func keepsMessagesOverARestart(_ engine: QueueEngine) async throws {
        try await withTemporaryDirectory { place in
            let time = ManualTime()
            do {
                let queue = try await engine.open(place, time)
                try await queue.enqueue("leased", "ready")
                _ = try await queue.claim(limit: 1)
            }
            let reopened = try await engine.open(place, time)
            #expect(try await reopened.claim().map(\.message.id) == ["ready"])
            time.advance(by: .seconds(61))
            #expect(try await reopened.claim().map(\.message.id) == ["leased", "ready"])
        }
    }
}
