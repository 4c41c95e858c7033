import Messaging
import TestSupport
import Testing

/// Several processes, each with a queue of its own on one store.
extension QueuePromise {
    static let competition = [
        QueuePromise(
            "deliversEachOfFiveHundredMessagesOnceToTwoProcesses",
            deliversEachOfFiveHundredMessagesOnceToTwoProcesses
        ),
        QueuePromise("acceptsAnIDOnceFromTwoProcesses", acceptsAnIDOnceFromTwoProcesses),
    ]

    private static func deliversEachOfFiveHundredMessagesOnceToTwoProcesses(_ engine: QueueEngine) async throws {
        try await withTemporaryDirectory { place in
            let time = ManualTime()
            let queues = [try await engine.open(place, time), try await engine.open(place, time)]
            let sent = (0..<500).map { "job-\($0)" }
            for id in sent { _ = try await queues[0].enqueue(.sample(id), delay: .zero) }
            let claims = try await withThrowingTaskGroup(of: [Claim].self) { group in
                for queue in queues + queues { group.addTask { try await consume(queue) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claims.map(\.message.id).sorted() == sent.sorted())
            #expect(claims.allSatisfy { $0.attempt == 1 })
            #expect(try await queues[1].depth() == QueueDepth(ready: 0, inFlight: 0, dead: 0))
        }
    }

    private static func acceptsAnIDOnceFromTwoProcesses(_ engine: QueueEngine) async throws {
        try await withTemporaryDirectory { place in
            let time = ManualTime()
            let queues = [try await engine.open(place, time), try await engine.open(place, time)]
            let outcomes = try await withThrowingTaskGroup(of: EnqueueOutcome.self) { group in
                for queue in queues + queues + queues {
                    group.addTask { try await queue.enqueue(.sample("a"), delay: .zero) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .accepted } == 1)
            #expect(try await queues[0].claim().count == 1)
        }
    }

    /// Completes messages until none is left.
    private static func consume(_ queue: any MessageQueue) async throws -> [Claim] {
        var all: [Claim] = []
        while true {
            let claims = try await queue.claim(limit: 7)
            if claims.isEmpty { return all }
            for claim in claims { try await queue.complete(claim) }
            all += claims
        }
    }
}
