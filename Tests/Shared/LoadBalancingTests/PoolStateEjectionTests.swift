import Discovery
import Testing

@testable import LoadBalancing

@Suite struct PoolStateEjectionTests {
    @Test func ejectsAfterFiveFailuresInARow() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.finish("a", as: .failure, times: 4) == [])
        #expect(pool.finish("a", as: .failure) == [.ejected("a", 30)])
        #expect(pool.picks(4) == ["b", "b", "b", "b"])
    }

    /// Enough successes before keep the share over four fifths, so that only the row counts.
    @Test func countsFailuresInARowAlone() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .success, times: 100)
        for _ in 0..<5 {
            #expect(pool.finish("a", as: .failure, times: 4) == [])
            #expect(pool.finish("a", as: .success) == [])
        }
        #expect(pool.ejected == [])
        #expect(pool.finish("a", as: .failure, times: 5) == [.ejected("a", 30)])
    }

    @Test func countsNoCallThatEndedForTheCallersReason() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.finish("a", as: .ignored, times: 50) == [])
        pool.finish("a", as: .failure, times: 4)
        pool.finish("a", as: .ignored)
        #expect(pool.finish("a", as: .failure) == [.ejected("a", 30)])
    }

    @Test(arguments: [(2, 1), (3, 1), (4, 2), (5, 2), (10, 5)])
    func ejectsAtMostHalf(_ count: Int, most: Int) {
        let ids = (0..<count).map { "replica-\($0)" }
        var pool = PoolScenario(ids)
        for id in ids { pool.finish(id, as: .failure, times: 20) }
        #expect(pool.ejected == Array(ids.prefix(most)))
        #expect(!pool.state.isPanicking)
    }

    @Test func neverEjectsTheOnlyOne() {
        var pool = PoolScenario(["a"])
        #expect(pool.finish("a", as: .failure, times: 50) == [])
        #expect(pool.pick() == "a")
    }

    /// The place of a replica that is back is free for the next that fails.
    @Test func ejectsAnotherOnceThereIsRoom() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        #expect(pool.finish("b", as: .failure, times: 8) == [])
        pool.advance(by: .seconds(30))
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
        #expect(pool.finish("b", as: .failure) == [.ejected("b", 30)])
    }

    // MARK: The share of successes

    /// Failures come one at a time, between successes; the last of them ejects or does not.
    @Test(
        arguments: [
            // Successes, failures after them; ejected or not.
            (2, 2, false), (4, 1, false), (3, 2, true), (8, 2, false), (7, 2, true), (16, 4, false), (15, 4, true),
            (80, 20, false), (79, 20, true),
        ]
    )
    func ejectsUnderFourFifthsOfFiveCalls(_ successes: Int, failures: Int, isEjected: Bool) {
        var pool = PoolScenario(["a", "b"])
        var changes: [PoolState.Change] = []
        // A success after every fourth failure keeps the row short without another call at the end.
        let afterEach = successes / failures
        for failure in 0..<failures {
            let before = failure == 0 ? successes - afterEach * (failures - 1) : afterEach
            pool.finish("a", as: .success, times: before)
            #expect(changes == [])
            changes = pool.finish("a", as: .failure)
        }
        #expect(changes == (isEjected ? [.ejected("a", 30, .successRate)] : []))
    }

    @Test func forgetsOutcomesAfterThirtySeconds() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .success)
        pool.finish("a", as: .failure)
        pool.finish("a", as: .success)
        pool.finish("a", as: .failure)
        pool.advance(by: .seconds(30))
        #expect(pool.finish("a", as: .failure) == [])
        #expect(pool.ejected == [])
        #expect(pool.snapshot("a")?.calls == 1)
    }

    @Test func remembersOutcomesForAlmostThirtySeconds() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .success)
        pool.finish("a", as: .failure)
        pool.finish("a", as: .success)
        pool.finish("a", as: .failure)
        pool.advance(by: .seconds(30) - .nanoseconds(1))
        #expect(pool.finish("a", as: .failure) == [.ejected("a", 30, .successRate)])
    }

    // MARK: Longer each time, shorter again

    @Test func ejectsLongerEachTimeAProbeFails() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        for (wait, next) in [
            (30, 60), (60, 90), (90, 120), (120, 150), (150, 180), (180, 210), (210, 240),
            (240, 270), (270, 300), (300, 300), (300, 300),
        ] {
            pool.advance(by: .seconds(wait) - .nanoseconds(1))
            #expect(pool.pick() == "b")
            pool.advance(by: .nanoseconds(1))
            #expect(pool.pick() == "a")
            #expect(pool.finish("a", as: .failure) == [.ejected("a", next, .probe)])
        }
    }

    /// One ejection is forgiven for every five minutes in use.
    @Test(arguments: [(0, 120), (299, 120), (300, 90), (599, 90), (600, 60), (900, 30), (9000, 30)])
    func forgivesEjectionsWithTime(_ seconds: Int, next: Int) {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        for wait in [30, 60] {
            pool.advance(by: .seconds(wait))
            pool.finish("a", as: .failure)
        }
        pool.advance(by: .seconds(90))
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
        pool.advance(by: .seconds(seconds))
        #expect(pool.snapshot("a")?.ejections == next / 30 - 1)
        #expect(pool.finish("a", as: .failure, times: 5) == [.ejected("a", next)])
    }

    // MARK: Panic

    /// Ejection alone never leaves fewer than half; a set that loses its healthy replicas does.
    @Test func usesAllUnderHalfHealthy() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        pool.finish("a", as: .failure, times: 5)
        pool.finish("b", as: .failure, times: 5)
        #expect(!pool.state.isPanicking)
        #expect(Set(pool.picks(4)) == ["c", "d"])
        #expect(pool.replace(with: ["a", "b", "c"]) == [.replicasRemoved([.named("d")]), .panicStarted])
        #expect(pool.state.isPanicking)
        #expect(Set(pool.picks(3)) == ["a", "b", "c"])
        #expect(pool.replace(with: ["a", "b"]) == [.replicasRemoved([.named("c")])])
        #expect(pool.state.isPanicking)
        #expect(Set(pool.picks(2)) == ["a", "b"])
    }

    @Test func endsThePanicWhenOneIsBack() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        pool.finish("a", as: .failure, times: 5)
        pool.finish("b", as: .failure, times: 5)
        pool.replace(with: ["a", "b", "c"])
        pool.advance(by: .seconds(30))
        #expect(pool.pick(excluding: ["a"]) == "b")
        #expect(pool.finish("b", as: .success) == [.returned(.named("b")), .panicEnded])
        #expect(!pool.state.isPanicking)
        pool.finish("a", as: .failure)
        #expect(Set(pool.picks(40)) == ["b", "c"])
    }

    @Test func endsThePanicWhenReplicasCome() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        pool.finish("a", as: .failure, times: 5)
        pool.finish("b", as: .failure, times: 5)
        pool.replace(with: ["a", "b", "c"])
        #expect(
            pool.replace(with: ["a", "b", "c", "e"]) == [.replicasAdded([.named("e")]), .panicEnded]
        )
    }

    @Test func usesAnEjectedReplicaBeforeOneThatTheCallHasTried() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        #expect(pool.pick(excluding: ["b"]) == "a")
        #expect(pool.pick(excluding: ["a", "b"]) == "b")
    }
}
