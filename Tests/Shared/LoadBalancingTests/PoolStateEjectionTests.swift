import Discovery
import Testing

@testable import LoadBalancing

@Suite struct PoolStateEjectionTests {
    @Test func ejectsAfterFiveFailuresInARow() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.finish("a", as: .failure, times: 4) == [])
        #expect(pool.finish("a", as: .failure) == [.ejected(.named("a"), for: .seconds(30))])
        #expect(pool.picks(4) == ["b", "b", "b", "b"])
    }

    @Test func countsFailuresInARowAlone() {
        var pool = PoolScenario(["a", "b"])
        for _ in 0..<5 {
            #expect(pool.finish("a", as: .failure, times: 4) == [])
            #expect(pool.finish("a", as: .success) == [])
        }
        #expect(pool.ejected == [])
    }

    @Test func countsNoCallThatEndedForTheCallersReason() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.finish("a", as: .ignored, times: 50) == [])
        pool.finish("a", as: .failure, times: 4)
        pool.finish("a", as: .ignored)
        #expect(pool.finish("a", as: .failure) == [.ejected(.named("a"), for: .seconds(30))])
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
        #expect(pool.pick() == "a")
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
        #expect(pool.finish("b", as: .failure) == [.ejected(.named("b"), for: .seconds(30))])
    }

    // MARK: Probes

    @Test func probesWithOneCallWhenTheTimeIsOver() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(30) - .nanoseconds(1))
        #expect(pool.picks(2) == ["b", "b"])
        pool.advance(by: .nanoseconds(1))
        #expect(pool.picks(4) == ["a", "b", "b", "b"])
    }

    @Test func takesTheReplicaBackWhenItsProbeSucceeds() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(30))
        _ = pool.pick()
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
        #expect(Set(pool.picks(2)) == ["a", "b"])
        #expect(pool.finish("a", as: .failure, times: 4) == [])
        #expect(pool.finish("a", as: .failure) == [.ejected(.named("a"), for: .seconds(60))])
    }

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
            #expect(pool.finish("a", as: .failure) == [.ejected(.named("a"), for: .seconds(next))])
        }
    }

    @Test func probesAgainAtOnceWhenTheCallerGaveUp() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(30))
        #expect(pool.pick() == "a")
        #expect(pool.finish("a", as: .ignored) == [])
        #expect(pool.ejected == ["a"])
        #expect(pool.picks(2) == ["a", "b"])
    }

    /// The second attempt of a call whose first was the failed probe, or never reached it.
    @Test func probesNobodyThatTheCallHasTried() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(30))
        #expect(pool.pick(excluding: ["a"]) == "b")
        #expect(pool.pick() == "a")
    }

    /// Calls that were under way at the ejection tell nothing new about the replica.
    @Test func doesNotProlongAnEjectionForCallsThatStartedBefore() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(20)
        pool.finish("a", as: .failure, times: 5)
        #expect(pool.finish("a", as: .failure, times: 5) == [])
        pool.advance(by: .seconds(30))
        #expect(pool.pick() == "a")
    }

    // MARK: Panic

    /// Ejection alone never leaves fewer than half; a set that loses its healthy replicas does.
    @Test func usesAllUnderHalfHealthy() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        pool.finish("a", as: .failure, times: 5)
        pool.finish("b", as: .failure, times: 5)
        #expect(!pool.state.isPanicking)
        #expect(Set(pool.picks(4)) == ["c", "d"])
        pool.replace(with: ["a", "b", "c"])
        #expect(pool.state.isPanicking)
        #expect(Set(pool.picks(3)) == ["a", "b", "c"])
        pool.replace(with: ["a", "b"])
        #expect(pool.state.isPanicking)
        #expect(Set(pool.picks(2)) == ["a", "b"])
    }

    @Test func endsThePanicWhenOneIsBack() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        pool.finish("a", as: .failure, times: 5)
        pool.finish("b", as: .failure, times: 5)
        pool.replace(with: ["a", "b", "c"])
        #expect(pool.finish("b", as: .success) == [.returned(.named("b"))])
        #expect(!pool.state.isPanicking)
        #expect(Set(pool.picks(4)) == ["b", "c"])
    }

    @Test func usesAnEjectedReplicaBeforeOneThatTheCallHasTried() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        #expect(pool.pick(excluding: ["b"]) == "a")
        #expect(pool.pick(excluding: ["a", "b"]) == "b")
    }
}
