import Conformance
import Messaging
import Metrics
import MetricsTestKit
import Synchronization
import TestSupport
import Testing

/// Failed attempts, poison messages and lost leases.
@Suite(.timeLimit(.minutes(1))) struct QueueConsumerFailureTests {
    /// Takes away `count` attempts of the only message, as crashes of other workers would.
    private func crash(_ count: Int, _ store: ConsumerStore) async throws {
        for _ in 0..<count {
            _ = try await store.queue.claimOnly()
            store.time.advance(by: .seconds(60))
        }
    }

    @Test func triesAFailedMessageAgainAfterThePauseOfTheSchedule() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            try await crash(1, store)
            let consumer = store.consumer { _ in .retry("relay away") }
            try await whileRunning(consumer) { _ in try await store.reach(QueueDepth(ready: 1, inFlight: 0, dead: 0)) }
            store.time.advance(by: .milliseconds(14_399))
            #expect(try await store.queue.claim() == [])
            store.time.advance(by: .milliseconds(3202))
            let claim = try await store.queue.claimOnly()
            #expect(claim.attempt == 3)
            try await store.queue.bury(claim, error: "end")
            #expect(try await store.queue.deadLetter(id: "a")?.failures.map(\.message) == ["relay away", "end"])
        }
    }

    @Test func givesUpAfterTheTwelfthAttempt() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            try await crash(11, store)
            let attempts = Mutex<[Int]>([])
            let consumer = store.consumer { claim in
                attempts.withLock { $0.append(claim.attempt) }
                return .retry("relay away")
            }
            try await whileRunning(consumer) { _ in try await store.reach(QueueDepth(ready: 0, inFlight: 0, dead: 1)) }
            #expect(attempts.withLock { $0 } == [12])
            let letter = try #require(try await store.queue.deadLetter(id: "a"))
            #expect(letter.attempts == 12)
            #expect(letter.failures.map(\.message) == ["relay away"])
        }
    }

    /// A message that takes its worker down twelve times is not tried a thirteenth time.
    @Test func buriesAPoisonMessageWithoutWorkingOnIt() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            try await crash(12, store)
            let attempts = Mutex(0)
            let consumer = store.consumer { _ in
                attempts.withLock { $0 += 1 }
                return .done
            }
            try await whileRunning(consumer) { _ in try await store.reach(QueueDepth(ready: 0, inFlight: 0, dead: 1)) }
            #expect(attempts.withLock { $0 } == 0)
            let letter = try #require(try await store.queue.deadLetter(id: "a"))
            #expect(letter.failures.map(\.message) == ["given up: 12 attempts ended without an outcome"])
        }
    }

    @Test func buriesAPermanentFailureAtOnce() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            let consumer = store.consumer { _ in .dead("550 no such mailbox") }
            try await whileRunning(consumer) { _ in try await store.reach(QueueDepth(ready: 0, inFlight: 0, dead: 1)) }
            let letter = try #require(try await store.queue.deadLetter(id: "a"))
            #expect(letter.attempts == 1)
            #expect(letter.failures.map(\.message) == ["550 no such mailbox"])
        }
    }

    @Test func worksOnOthersBesideAPoisonMessage() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("bad", "good-1", "good-2")
            let consumer = store.consumer(concurrency: 1) { claim in
                claim.message.id == "bad" ? .retry("as ever") : .done
            }
            try await whileRunning(consumer) { _ in try await store.reach(QueueDepth(ready: 1, inFlight: 0, dead: 0)) }
            store.time.advance(by: .seconds(2))
            #expect(try await store.queue.claimOnly().message.id == "bad")
        }
    }

    @Test func renewsTheLeaseWhileItWorks() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            let renewals = Mutex(0)
            let gate = Gate()
            let counting = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                if operation == .renew { renewals.withLock { $0 += 1 } }
            }
            let consumer = store.consumer(on: counting, lease: .milliseconds(30)) { _ in
                await gate.pass()
                return .done
            }
            try await whileRunning(consumer) { _ in
                try await eventually("three renewals") { renewals.withLock { $0 } >= 3 ? () : nil }
                store.time.advance(by: .milliseconds(29))
                let before = renewals.withLock { $0 }
                try await eventually("a renewal") { renewals.withLock { $0 } >= before + 2 ? () : nil }
                store.time.advance(by: .milliseconds(29))
                #expect(try await store.queue.claim() == [])
                gate.open()
                try await store.reachEnd()
            }
            #expect(gate.entered == 1)
        }
    }

    @Test func goesOnWhenTheLeaseCannotBeRenewedForAWhile() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            let renewals = Mutex(0)
            let gate = Gate()
            let faulty = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                guard operation == .renew else { return }
                renewals.withLock { $0 += 1 }
                throw MessagingError(.unavailable, "away")
            }
            let consumer = store.consumer(on: faulty, lease: .milliseconds(30)) { _ in
                await gate.pass()
                return Task.isCancelled ? .dead("cancelled") : .done
            }
            let metrics = TestMetrics()
            try await withMetricsFactory(metrics) {
                try await whileRunning(consumer) { _ in
                    try await eventually("two renewals") { renewals.withLock { $0 } >= 2 ? () : nil }
                    gate.open()
                    try await store.reachEnd()
                }
            }
            let failures = try metrics.expectCounter("clowder_queue_renewal_failures_total", [("topic", Message.topic)])
            #expect(failures.totalValue >= 1)
        }
    }

    /// The handler is cancelled, and whatever it says counts for nothing.
    @Test func dropsTheOutcomeWhenTheLeaseIsLost() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            let gate = Gate()
            let settled = Mutex(false)
            let lost = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                switch operation {
                case .renew: throw MessagingError(.leaseLost, "another worker has it")
                case .complete, .retry, .bury: settled.withLock { $0 = true }
                default: break
                }
            }
            let consumer = store.consumer(on: lost, lease: .milliseconds(30)) { _ in
                await gate.pass()
                return .done
            }
            try await whileRunning(consumer) { _ in
                try await eventually("the cancellation") { gate.entered == 1 && gate.inside == 0 ? () : nil }
            }
            #expect(!settled.withLock { $0 })
            #expect(try await store.queue.depth() == QueueDepth(ready: 0, inFlight: 1, dead: 0))
        }
    }
}
