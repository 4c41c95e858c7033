import Conformance
import Correlation
import Messaging
import ServiceContextModule
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct QueueConsumerTests {
    typealias Settings = QueueConsumer.Settings

    @Test func claimsForAMinuteAndWorksOnEightAtATime() {
        #expect(Settings.defaultLease == .seconds(60))
        #expect(Settings.defaultPollInterval == .milliseconds(100))
        let settings = Settings(topic: "mail")
        #expect(settings.concurrency == 8)
        #expect(settings.lease == .seconds(60))
        #expect(settings.pollInterval == .milliseconds(100))
        #expect(settings.schedule == RetrySchedule())
    }

    @Test func completesMessagesOfItsTopic() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a", "b")
            _ = try await store.queue.enqueue(.sample("other", topic: "other"), delay: .zero)
            let seen = Mutex<[Message]>([])
            let consumer = store.consumer { claim in
                seen.withLock { $0.append(claim.message) }
                return .done
            }
            try await whileRunning(consumer) { _ in
                try await store.reach(QueueDepth(ready: 1, inFlight: 0, dead: 0))
            }
            #expect(seen.withLock { $0 }.sorted { $0.id < $1.id } == [.sample("a"), .sample("b")])
        }
    }

    @Test func worksUnderTheCorrelationIDOfTheMessage() async throws {
        try await ConsumerStore.with { store in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let headers = ["X-Correlation-ID": "action-7", "traceparent": trace]
            _ = try await store.queue.enqueue(.sample("a", headers: headers), delay: .zero)
            let seen = Mutex<ServiceContext?>(nil)
            let consumer = store.consumer { _ in
                seen.withLock { $0 = ServiceContext.current }
                return .done
            }
            try await whileRunning(consumer) { _ in try await store.reachEnd() }
            let context = try #require(seen.withLock { $0 })
            #expect(context.correlationID?.description == "action-7")
            #expect(context.traceContext?.traceID == "0af7651916cd43dd8448eb211c80319c")
        }
    }

    @Test(arguments: [1, 3])
    func worksOnNoMoreThanItsConcurrency(_ concurrency: Int) async throws {
        try await ConsumerStore.with { store in
            for number in 0..<10 { try await store.queue.enqueue("job-\(number)") }
            let gate = Gate()
            let consumer = store.consumer(concurrency: concurrency) { _ in
                await gate.pass()
                return .done
            }
            try await whileRunning(consumer) { _ in
                try await store.reach(QueueDepth(ready: 10 - concurrency, inFlight: concurrency, dead: 0))
                try await eventually("full use") { gate.inside == concurrency ? () : nil }
                gate.open()
                try await store.reachEnd()
            }
            #expect(gate.most == concurrency)
            #expect(gate.entered == 10)
        }
    }

    @Test func finishesWhatIsInHandAtShutdownAndClaimsNoMore() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("in hand")
            let gate = Gate()
            let claims = Mutex(0)
            let counting = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                if operation == .claim { claims.withLock { $0 += 1 } }
            }
            let wasCancelled = Mutex(false)
            let consumer = store.consumer(on: counting) { _ in
                await gate.pass()
                wasCancelled.withLock { $0 = Task.isCancelled }
                return .done
            }
            try await whileRunning(consumer) { group in
                try await eventually("start of the work") { gate.inside == 1 ? () : nil }
                await group.triggerGracefulShutdown()
                try await settled("the last claim") { claims.withLock { $0 } }
                try await store.queue.enqueue("late")
                gate.open()
            }
            #expect(!wasCancelled.withLock { $0 })
            #expect(gate.entered == 1)
            #expect(try await store.queue.claim().map(\.message.id) == ["late"])
        }
    }

    /// Waits until a count that a running consumer raises each millisecond has stood still for a while.
    private func settled(_ what: String, _ count: () -> Int) async throws {
        var (last, unchanged) = (-1, 0)
        try await eventually(what) {
            let current = count()
            unchanged = current == last ? unchanged + 1 : 0
            last = current
            return unchanged == 20 ? () : nil
        }
    }

    @Test func endsWhenItIsCancelled() async throws {
        try await ConsumerStore.with { store in
            let consumer = store.consumer { _ in .done }
            let task = Task { try await consumer.run() }
            task.cancel()
            try await task.value
        }
    }

    @Test func goesOnWhenTheQueueWasAway() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            let claims = Count()
            let faulty = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                guard operation == .claim, claims.next() <= 3 else { return }
                throw MessagingError(.unavailable, "away")
            }
            let consumer = store.consumer(on: faulty) { _ in .done }
            try await whileRunning(consumer) { _ in try await store.reachEnd() }
            #expect(claims.current > 3)
        }
    }

    /// At least once: an outcome that was not recorded brings the message again.
    @Test func worksAgainOnAMessageWhoseOutcomeWasLost() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("a")
            let isAway = Mutex(true)
            let attempts = Mutex<[Int]>([])
            let faulty = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                guard operation == .complete, isAway.withLock({ $0 }) else { return }
                throw MessagingError(.unavailable, "away")
            }
            let consumer = store.consumer(on: faulty, concurrency: 1, lease: .milliseconds(60)) { claim in
                attempts.withLock { $0.append(claim.attempt) }
                return .done
            }
            try await whileRunning(consumer) { _ in
                try await eventually("a second attempt") {
                    store.time.advance(by: .milliseconds(60))
                    return attempts.withLock { $0.count } == 2 ? () : nil
                }
                isAway.withLock { $0 = false }
                try await store.reachEnd()
            }
            #expect(attempts.withLock { $0 }.prefix(2) == [1, 2])
        }
    }

    /// What was done is not done again because the queue was away for a moment.
    @Test func recordsAnOutcomeWhenTheQueueIsBack() async throws {
        try await ConsumerStore.with { store in
            try await store.queue.enqueue("done", "retried", "dead")
            let settlements = Count()
            let faulty = FaultyQueue(queue: store.queue) { operation throws(MessagingError) in
                guard [.complete, .retry, .bury].contains(operation), settlements.next() <= 6 else { return }
                throw MessagingError(.unavailable, "away")
            }
            let handled = Mutex<[String]>([])
            let consumer = store.consumer(on: faulty) { claim in
                handled.withLock { $0.append(claim.message.id) }
                switch claim.message.id {
                case "done": return .done
                case "retried": return .retry("relay away")
                default: return .dead("550 no such mailbox")
                }
            }
            try await whileRunning(consumer) { _ in try await store.reach(QueueDepth(ready: 1, inFlight: 0, dead: 1)) }
            #expect(handled.withLock { $0 }.sorted() == ["dead", "done", "retried"])
        }
    }

    /// It looks for more as soon as it has a hand free, not when it would look again.
    @Test func claimsTheNextMessageAsSoonAsOneIsDone() async throws {
        try await ConsumerStore.with { store in
            for number in 0..<10 { try await store.queue.enqueue("job-\(number)") }
            let consumer = store.consumer(concurrency: 2, pollInterval: .seconds(600)) { _ in
                await Task.yield()
                return .done
            }
            try await whileRunning(consumer) { _ in try await store.reachEnd() }
        }
    }
}
