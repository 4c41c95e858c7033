import Messaging
import TestSupport
import Testing

/// What is kept of a person who asked to be erased.
extension QueuePromise {
    static let erasure = [
        QueuePromise("erasesMessagesInEveryState", erasesMessagesInEveryState),
        QueuePromise("erasesNothingElse", erasesNothingElse),
    ]

    private static func matches(_ message: Message) -> Bool {
        message.body.starts(with: Array("erase".utf8))
    }

    private static func erasesMessagesInEveryState(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            for id in ["dead", "leased", "ready"] {
                _ = try await queue.enqueue(.sample(id, body: "erase me"), delay: .zero)
                if id == "dead" { try await queue.bury(try await queue.claimOnly(), error: "refused") }
                if id == "leased" { _ = try await queue.claimOnly() }
            }
            let claim = Claim(message: .sample("leased"), attempt: 1, fence: 1)
            #expect(try await queue.erase(topic: Message.topic, where: matches) == 3)
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
            #expect(try await queue.deadLetter(id: "dead") == nil)
            await expectFailure(.leaseLost) { try await queue.complete(claim) }
            time.advance(by: .seconds(3600))
            #expect(try await queue.claim() == [])
            for id in ["dead", "leased", "ready"] {
                #expect(try await queue.enqueue(.sample(id), delay: .zero) == .duplicate, "\(id)")
            }
        }
    }

    private static func erasesNothingElse(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            _ = try await queue.enqueue(.sample("other topic", topic: "other", body: "erase me"), delay: .zero)
            _ = try await queue.enqueue(.sample("other body", body: "keep me"), delay: .zero)
            #expect(try await queue.erase(topic: Message.topic, where: matches) == 0)
            #expect(try await queue.claimOnly().message.id == "other body")
            #expect(try await queue.claim(topic: "other").map(\.message.body) == [Array("erase me".utf8)])
        }
    }
}
