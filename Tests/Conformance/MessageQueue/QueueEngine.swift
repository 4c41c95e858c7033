package import Messaging
package import TestSupport
package import Testing

/// An implementation of the queue, opened on a place of its own.
package struct QueueEngine: Sendable {
    package typealias Queue = any MessageQueue & DeadLetterStore & MessageErasure

    /// Opens the queue at a place, an empty directory or a name; twice at one place is the same queue.
    let open: @Sendable (_ place: String, _ time: ManualTime) async throws -> Queue

    package init(open: @escaping @Sendable (_ place: String, _ time: ManualTime) async throws -> Queue) {
        self.open = open
    }

    /// Runs `body` with an empty queue and the clock it goes by.
    func withQueue(_ body: (Queue, ManualTime) async throws -> Void) async throws {
        try await withTemporaryDirectory { place in
            let time = ManualTime()
            try await body(try await open(place, time), time)
        }
    }
}

/// One of the things that every implementation of the queue promises.
package struct QueuePromise: Sendable, CustomTestStringConvertible {
    /// What holds for as long as the process lives.
    package static let ofOneProcess = delivery + leases + failures + deadLetters + memory + erasure + competition
    /// All of them.
    package static let all = ofOneProcess + restarts

    package let testDescription: String
    /// Records an issue when an engine breaks the promise.
    package let check: @Sendable (QueueEngine) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (QueueEngine) async throws -> Void) {
        testDescription = name
        self.check = check
    }
}

extension Message {
    package static let topic = "mail"

    /// A message of the battery; everything but the ID has a default.
    package static func sample(
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
    package func enqueue(_ ids: String...) async throws {
        for id in ids { #expect(try await enqueue(.sample(id), delay: .zero) == .accepted) }
    }

    /// Claims what is due, for a minute.
    package func claim(limit: Int = 10, topic: String = Message.topic) async throws -> [Claim] {
        try await claim(topic: topic, limit: limit, lease: .seconds(60))
    }

    /// Claims the one message that is due.
    package func claimOnly(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Claim {
        let claims = try await claim()
        #expect(claims.count == 1, sourceLocation: sourceLocation)
        return try #require(claims.first, sourceLocation: sourceLocation)
    }

    /// Makes a dead letter of a new message.
    package func kill(_ id: String, error: String = "refused") async throws {
        try await enqueue(id)
        try await bury(try await claimOnly(), error: error)
    }
}

/// Checks that an operation fails with a code and nothing else.
package func expectFailure(
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
