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
            (200, [], .success), (404, [], .success), (429, [.retryAfter], .success), (500, [.retryAfter], .failure),
            (502, [], .failure), (503, [], .failure), (503, [.retryAfter], .ignored), (504, [.retryAfter], .failure),
            (503, [.retryAfter, .overloaded], .refused), (503, [.overloaded], .refused), (200, [.overloaded], .success),
            (500, [.overloaded], .failure), (429, [.overloaded], .success),
        ] as [(Int, Set<Mark>, CircuitBreaker.Outcome)]
    )
    func judgesAnswers(status: Int, marks: Set<Mark>, outcome: CircuitBreaker.Outcome) {
        let actual = SharedCircuitBreaker.outcome(
            status: status,
            tellsRetryAfter: marks.contains(.retryAfter),
            isOverloaded: marks.contains(.overloaded)
        )
        #expect(actual == outcome)
    }

    /// What an answer says of itself.
    enum Mark: Sendable { case retryAfter, overloaded }

    /// A burst of log-ins: most are refused at once, and those that are not wait in line for longer than two seconds.
    @Test func staysClosedWhileTheServiceRefusesWhatIsTooMuch() {
        let breaker = SharedCircuitBreaker(from: start)
        for second in 0..<30 {
            #expect(call(breaker, 20, as: .refused, from: .seconds(second)) == 20)
            #expect(call(breaker, 5, as: .success, after: .seconds(3), from: .seconds(second)) == 5)
        }
        #expect(breaker.phase == .closed)
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
