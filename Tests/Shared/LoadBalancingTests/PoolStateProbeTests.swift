import Discovery
import Testing

@testable import LoadBalancing

@Suite struct PoolStateProbeTests {
    /// A pool whose replica `a` was ejected this moment, for thirty seconds.
    private func poolWithAEjected() -> PoolScenario {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        return pool
    }

    @Test func probesWithOneCallWhenTheTimeIsOver() {
        var pool = poolWithAEjected()
        pool.advance(by: .seconds(30) - .nanoseconds(1))
        #expect(pool.picks(2) == ["b", "b"])
        pool.advance(by: .nanoseconds(1))
        #expect(pool.picks(4) == ["a", "b", "b", "b"])
        #expect(pool.snapshot("a")?.state == .probing)
    }

    @Test func takesTheReplicaBackWhenItsProbeSucceeds() {
        var pool = poolWithAEjected()
        pool.advance(by: .seconds(30))
        _ = pool.pick()
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
        #expect(Set(pool.picks(100)) == ["a", "b"])
    }

    @Test func probesAgainAtOnceWhenTheCallerGaveUp() {
        var pool = poolWithAEjected()
        pool.advance(by: .seconds(30))
        #expect(pool.pick() == "a")
        #expect(pool.finish("a", as: .ignored) == [])
        #expect(pool.ejected == ["a"])
        #expect(pool.picks(2) == ["a", "b"])
    }

    /// The second attempt of a call whose first was the failed probe, or never reached it.
    @Test func probesNobodyThatTheCallHasTried() {
        var pool = poolWithAEjected()
        pool.advance(by: .seconds(30))
        #expect(pool.pick(excluding: ["a"]) == "b")
        #expect(pool.pick() == "a")
    }

    @Test func startsWithACleanSlateAfterItsReturn() {
        var pool = poolWithAEjected()
        pool.advance(by: .seconds(30))
        pool.finish("a", as: .success)
        #expect(pool.snapshot("a")?.calls == 0)
        #expect(pool.finish("a", as: .failure, times: 4) == [])
        #expect(pool.finish("a", as: .failure) == [.ejected("a", 60)])
    }

    @Test func forgetsTheOutcomesFromBeforeAnEjectionThatWasShort() {
        var pool = PoolScenario(["a", "b"], ejection: EjectionPolicy(baseDuration: .seconds(1)))
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(1))
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
        #expect(pool.snapshot("a")?.calls == 0)
        #expect(pool.finish("a", as: .failure, times: 4) == [])
    }

    // MARK: Calls from before

    /// Calls that were under way at the ejection tell nothing new about the replica.
    @Test func doesNotProlongAnEjectionForCallsThatStartedBefore() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(20)
        pool.finish("a", as: .failure, times: 5)
        #expect(pool.finish("a", as: .failure, times: 5) == [])
        pool.advance(by: .seconds(30))
        #expect(pool.pick() == "a")
    }

    @Test func doesNotEndAnEjectionForASuccessThatStartedBefore() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(20)
        pool.finish("a", as: .failure, times: 5)
        #expect(pool.finish("a", as: .success, times: 5) == [])
        #expect(pool.ejected == ["a"])
    }

    /// The order of ends is that of beginnings here: old calls end while the probe is under way.
    @Test(arguments: [EndpointPool.Outcome.success, .failure, .ignored])
    func tellsAProbeFromACallThatStartedBefore(_ outcome: EndpointPool.Outcome) {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(12)
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(30))
        #expect(pool.pick() == "a")
        #expect(pool.finish("a", as: outcome) == [])
        #expect(pool.snapshot("a")?.state == .probing)
        #expect(pool.picks(2) == ["b", "b"], "a second probe beside the first")
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
    }

    @Test func countsNoCallAgainstAReturnedReplicaThatStartedBefore() {
        var pool = PoolScenario(["a", "b"])
        let old = pool.hold("a", calls: 9)
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(30))
        #expect(pool.finish("a", as: .success) == [.returned(.named("a"))])
        for call in old { #expect(pool.end(call, as: .failure) == []) }
        #expect(pool.snapshot("a")?.consecutiveFailures == 0)
        #expect(pool.snapshot("a")?.calls == 0)
        #expect(pool.snapshot("a")?.outstanding == 0)
    }

    /// A call that went to an ejected replica since no other was left is no probe.
    @Test func takesNobodyBackForACallOfLastResort() {
        var pool = poolWithAEjected()
        #expect(pool.pick(excluding: ["b"]) == "a")
        #expect(pool.finish("a", as: .success) == [])
        #expect(pool.ejected == ["a"])
    }

    // MARK: Probes that do not end

    @Test func givesAProbeThirtySeconds() {
        #expect(EjectionPolicy.probeLimit == .seconds(30))
        var pool = poolWithAEjected()
        pool.advance(by: .seconds(30))
        #expect(pool.pick() == "a")
        pool.advance(by: .seconds(30) - .nanoseconds(1))
        #expect(pool.tick() == [])
        pool.advance(by: .nanoseconds(1))
        #expect(pool.tick() == [.ejected("a", 60, .probe)])
        #expect(pool.finish("a", as: .success) == [], "the lost probe came back after all")
        #expect(pool.ejected == ["a"])
        pool.advance(by: .seconds(60))
        #expect(pool.pick() == "a")
    }

    // MARK: Several

    @Test func probesEveryReplicaThatIsDue() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(1))
        pool.finish("b", as: .failure, times: 5)
        pool.advance(by: .seconds(30))
        #expect(pool.picks(4) == ["a", "b", "c", "d"])
        #expect(pool.finish("b", as: .success) == [.returned(.named("b"))])
        #expect(pool.finish("a", as: .failure) == [.ejected("a", 60, .probe)])
    }
}
