import Resilience
import Synchronization
import Testing

/// One breaker for all callers of a dependency.
@Suite(.timeLimit(.minutes(1))) struct SharedCircuitBreakerTests {
    private let start = ContinuousClock().now

    /// Makes calls that end at once, one a millisecond; how many were admitted.
    private func call(
        _ breaker: SharedCircuitBreaker,
        _ count: Int,
        as outcome: CircuitBreaker.Outcome,
        after duration: Duration = .zero,
        from time: Duration = .zero
    ) -> Int {
        (0..<count).count { index in
            let now = start.advanced(by: time + .milliseconds(index))
            guard case .admitted(let permit, _) = breaker.admit(at: now) else { return false }
            breaker.finish(permit, as: outcome, after: duration, at: now)
            return true
        }
    }

    @Test func opensAfterTwentyFailuresAndTellsOnce() {
        let changes = Mutex<[CircuitBreaker.Change]>([])
        let breaker = SharedCircuitBreaker(from: start) { change in changes.withLock { $0.append(change) } }
        #expect(call(breaker, 100, as: .failure) == 20)
        let told = changes.withLock { $0 }
        #expect(told.count == 1)
        guard case .opened(let duration)? = told.first else {
            Issue.record("\(told)")
            return
        }
        #expect((Duration.seconds(4)...Duration.seconds(6)).contains(duration))
        #expect(call(breaker, 3, as: .success, from: .seconds(7)) == 3)
        #expect(changes.withLock { $0 }.dropFirst() == [.halfOpened, .closed])
        #expect(breaker.phase == .closed)
    }

    @Test func takesALateSuccessForSlow() {
        #expect(SharedCircuitBreaker.slowCall == .seconds(2))
        let breaker = SharedCircuitBreaker(from: start)
        #expect(call(breaker, 30, as: .success, after: .milliseconds(1999)) == 30)
        #expect(call(breaker, 100, as: .success, after: .seconds(2), from: .seconds(20)) == 20)
    }

    @Test(
        arguments: [
            (200, false, .success), (404, false, .success), (429, true, .success), (500, true, .failure),
            (502, false, .failure), (503, false, .failure), (503, true, .ignored), (504, true, .failure),
        ] as [(Int, Bool, CircuitBreaker.Outcome)]
    )
    func judgesAnswers(status: Int, tellsRetryAfter: Bool, outcome: CircuitBreaker.Outcome) {
        #expect(SharedCircuitBreaker.outcome(status: status, tellsRetryAfter: tellsRetryAfter) == outcome)
    }

    @Test func isSharedByThreads() async {
        let breaker = SharedCircuitBreaker(from: start)
        let admitted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { call(breaker, 1000, as: .failure) } }
            return await group.reduce(0, +)
        }
        // Calls that were on their way when it opened are admitted too, at most one a task.
        #expect((20...28).contains(admitted))
    }
}
