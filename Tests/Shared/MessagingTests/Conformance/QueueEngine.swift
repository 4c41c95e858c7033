import Messaging
import TestSupport
import Testing

/// An implementation of the queue, opened on a place of its own; every one passes the same battery.
struct QueueEngine: Sendable, CustomTestStringConvertible {
    typealias Queue = any MessageQueue & DeadLetterStore

    /// The implementations there are.
    static let all = [
        QueueEngine(testDescription: "SQLite") { place, time in
            try SQLiteQueue(path: place + "/queue.sqlite", now: { time.date })
        }
    ]

    let testDescription: String
    /// Opens the queue at a place, an empty directory or a name; twice at one place is the same queue.
    let open: @Sendable (_ place: String, _ time: ManualTime) async throws -> Queue

    /// Runs `body` with an empty queue and the clock it goes by.
    func withQueue(_ body: (Queue, ManualTime) async throws -> Void) async throws {
        try await withTemporaryDirectory { place in
            let time = ManualTime()
            try await body(try await open(place, time), time)
        }
    }
}

extension Message {
    static let topic = "mail"

    /// A message of the battery; everything but the ID has a default.
    static func sample(
        _ id: String,
        topic: String = topic,
        body: String = "{}",
        headers: [String: String] = [:]
    ) -> Message {
        Message(id: id, topic: topic, body: Array(body.utf8), headers: headers)
    }
}

extension MessageQueue {
    /// Puts messages with these IDs into the queue.
    func enqueue(_ ids: String...) async throws {
        for id in ids { #expect(try await enqueue(.sample(id), delay: .zero) == .accepted) }
    }

    /// Claims what is due, for a minute.
    func claim(limit: Int = 10, topic: String = Message.topic) async throws -> [Claim] {
        try await claim(topic: topic, limit: limit, lease: .seconds(60))
    }

    /// Claims the one message that is due.
    func claimOnly(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Claim {
        let claims = try await claim()
        #expect(claims.count == 1, sourceLocation: sourceLocation)
        return try #require(claims.first, sourceLocation: sourceLocation)
    }

    /// Makes a dead letter of a new message.
    func kill(_ id: String, error: String = "refused") async throws {
        try await enqueue(id)
        try await bury(try await claimOnly(), error: error)
    }
}

/// Checks that an operation fails with a code and nothing else.
func expectFailure(
    _ code: MessagingError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: () async throws -> Void
) async {
    do {
        try await operation()
        Issue.record("no error", sourceLocation: sourceLocation)
    } catch {
        #expect((error as? MessagingError)?.code == code, "\(error)", sourceLocation: sourceLocation)
    }
}
