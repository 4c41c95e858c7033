import Messaging
import TestSupport
import Testing

/// What a claim is worth, and for how long.
extension QueuePromise {
    static let leases = [
        QueuePromise("holdsAMessageUntilTheLeaseEnds", holdsAMessageUntilTheLeaseEnds),
        QueuePromise("givesEachDeliveryAHigherFenceAndAttempt", givesEachDeliveryAHigherFenceAndAttempt),
        QueuePromise("takesNoOutcomeFromAStaleClaim", takesNoOutcomeFromAStaleClaim),
        QueuePromise("takesOneOutcomeOfAClaim", takesOneOutcomeOfAClaim),
        QueuePromise("takesALateOutcomeWhileNobodyElseHasTheMessage", takesALateOutcomeWhileNobodyElseHasTheMessage),
        QueuePromise("extendsALeaseFromTheMomentOfRenewal", extendsALeaseFromTheMomentOfRenewal),
        QueuePromise("takesNoOutcomeForAMessageThatIsNotThere", takesNoOutcomeForAMessageThatIsNotThere),
    ]

    private static func holdsAMessageUntilTheLeaseEnds(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            _ = try await queue.claimOnly()
            time.advance(by: .milliseconds(59_999))
            #expect(try await queue.claim() == [])
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 1, dead: 0))
            time.advance(by: .milliseconds(1))
            #expect(try await queue.claimOnly().message.id == "a")
        }
    }

    private static func givesEachDeliveryAHigherFenceAndAttempt(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            var fences: [Int64] = []
            for attempt in 1...4 {
                let claim = try await queue.claimOnly()
                #expect(claim.attempt == attempt)
                fences.append(claim.fence)
                time.advance(by: .seconds(60))
            }
            #expect(zip(fences, fences.dropFirst()).allSatisfy(<))
        }
    }

    private static func takesNoOutcomeFromAStaleClaim(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            let stale = try await queue.claimOnly()
            time.advance(by: .seconds(60))
            let current = try await queue.claimOnly()
            await expectFailure(.leaseLost) { try await queue.complete(stale) }
            await expectFailure(.leaseLost) { try await queue.retry(stale, after: .zero, error: "late") }
            await expectFailure(.leaseLost) { try await queue.bury(stale, error: "late") }
            await expectFailure(.leaseLost) { try await queue.renew(stale, lease: .seconds(600)) }
            #expect(try await queue.depth() == QueueDepth(ready: 0, inFlight: 1, dead: 0))
            #expect(try await queue.claim() == [])
            try await queue.bury(current, error: "in time")
            #expect(try await queue.deadLetter(id: "a")?.failures.map(\.message) == ["in time"])
        }
    }

    private static func takesOneOutcomeOfAClaim(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            try await queue.enqueue("done", "retried", "buried")
            let claims = try await queue.claim()
            try await queue.complete(claims[0])
            try await queue.retry(claims[1], after: .zero, error: "first")
            try await queue.bury(claims[2], error: "first")
            let depth = QueueDepth(ready: 1, inFlight: 0, dead: 1)
            #expect(try await queue.depth() == depth)
            for claim in claims {
                await expectFailure(.leaseLost) { try await queue.complete(claim) }
                await expectFailure(.leaseLost) { try await queue.retry(claim, after: .zero, error: "second") }
                await expectFailure(.leaseLost) { try await queue.bury(claim, error: "second") }
                await expectFailure(.leaseLost) { try await queue.renew(claim, lease: .seconds(60)) }
            }
            #expect(try await queue.depth() == depth)
        }
    }

    /// Nobody else has the message: the work that was done late still counts.
    private static func takesALateOutcomeWhileNobodyElseHasTheMessage(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            let claim = try await queue.claimOnly()
            time.advance(by: .seconds(120))
            try await queue.complete(claim)
            #expect(try await queue.claim() == [])
        }
    }

    private static func extendsALeaseFromTheMomentOfRenewal(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, time in
            try await queue.enqueue("a")
            let claim = try await queue.claimOnly()
            for _ in 1...5 {
                time.advance(by: .seconds(20))
                try await queue.renew(claim, lease: .seconds(60))
                #expect(try await queue.claim() == [])
            }
            time.advance(by: .milliseconds(59_999))
            #expect(try await queue.claim() == [])
            time.advance(by: .milliseconds(1))
            #expect(try await queue.claimOnly().fence > claim.fence)
        }
    }

    private static func takesNoOutcomeForAMessageThatIsNotThere(_ engine: QueueEngine) async throws {
        try await engine.withQueue { queue, _ in
            let claim = Claim(message: .sample("ghost"), attempt: 1, fence: 1)
            await expectFailure(.leaseLost) { try await queue.complete(claim) }
            let depth = try await queue.depth()
            #expect(depth == QueueDepth(ready: 0, inFlight: 0, dead: 0))
        }
    }
}
