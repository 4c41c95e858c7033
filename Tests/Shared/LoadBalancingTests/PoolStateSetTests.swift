import Discovery
import Testing

@testable import LoadBalancing

/// A registry that is out, or partly out.
@Suite struct PoolStateSetTests {
    @Test func hasAGraceOfAMinuteAndALongerOne() {
        #expect(SetLedger.grace == .seconds(60))
        #expect(SetLedger.longestGrace == .seconds(900))
    }

    @Test func keepsTheLastSetWhenItIsSuddenlyEmpty() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.replace(with: []) == [.setHeld(missing: [.named("a"), .named("b")])])
        pool.advance(by: .seconds(60) - .nanoseconds(1))
        #expect(pool.replace(with: []) == [])
        #expect(pool.tick() == [])
        #expect(pool.picks(2) == ["a", "b"])
    }

    // MARK: One after the other

    /// Leases that nobody can renew do not end in the same moment.
    @Test func takesThoseBackThatLeftShortlyBeforeTheLast() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        for left in [["b", "c", "d"], ["c", "d"], ["d"]] {
            pool.replace(with: left)
            pool.advance(by: .seconds(3))
        }
        #expect(
            pool.replace(with: []) == [
                .setHeld(missing: [.named("a"), .named("b"), .named("c"), .named("d")]),
                .replicasAdded([.named("a"), .named("b"), .named("c")]),
            ]
        )
    }

    /// A small set on the way, which is held, is no end of it.
    @Test func takesThoseBackThatLeftBeforeASetThatWasHeld() {
        var pool = PoolScenario(["a", "b", "c", "d", "e", "f"])
        for left in [["c", "d", "e", "f"], ["f"]] {
            pool.replace(with: left)
            pool.advance(by: .seconds(1))
        }
        #expect(pool.replicaIDs == ["c", "d", "e", "f"])
        #expect(pool.replace(with: []) == [.replicasAdded([.named("a"), .named("b")])])
        // Those who come and go are among them meanwhile.
        #expect(pool.replace(with: ["f"]) == [])
        #expect(pool.replace(with: []) == [])
        #expect(pool.replicaIDs == ["a", "b", "c", "d", "e", "f"])
    }

    /// A replica that only the small set named was there a moment ago, as they all were.
    @Test func keepsWhoCameWithASetThatWasHeld() {
        var pool = PoolScenario(["a", "b", "c", "d", "e"])
        pool.replace(with: ["f"])
        pool.advance(by: .seconds(30))
        #expect(pool.replace(with: []) == [])
        #expect(pool.replicaIDs == ["a", "b", "c", "d", "e", "f"])
    }

    /// The ten seconds end with the last to leave, not with the first set that is doubted.
    @Test func remembersForTenSecondsBeforeAHeldSetIsEmpty() {
        var pool = PoolScenario(["a", "b", "c", "d", "e", "f"])
        pool.replace(with: ["b", "c", "d", "e", "f"])
        pool.advance(by: .nanoseconds(1))
        pool.replace(with: ["c", "d", "e", "f"])
        pool.replace(with: ["f"])
        pool.advance(by: .seconds(10) - .nanoseconds(1))
        #expect(pool.replace(with: []) == [.replicasAdded([.named("b")])])
    }

    @Test func remembersThoseWhoLeftForTenSeconds() {
        #expect(SetLedger.memory == .seconds(10))
        var pool = PoolScenario(["a", "b", "c"])
        pool.replace(with: ["b", "c"])
        pool.advance(by: .nanoseconds(1))
        pool.replace(with: ["c"])
        pool.advance(by: .seconds(10) - .nanoseconds(1))
        pool.replace(with: [])
        #expect(pool.replicaIDs == ["b", "c"])
    }

    /// Nobody who was known to be gone is called again.
    @Test func takesNobodyBackWhoWasDroppedAfterAGrace() {
        var pool = PoolScenario(["a", "b", "c"])
        pool.replace(with: ["c"])
        pool.advance(by: .seconds(60))
        pool.tick()
        #expect(pool.replicaIDs == ["c"])
        pool.replace(with: [])
        #expect(pool.replicaIDs == ["c"])
    }

    // MARK: Replicas that answer although the registry has none

    /// Those that nobody has called are not known to be gone.
    @Test func keepsAllAfterTheGraceAsLongAsOneMayAnswer() {
        var pool = PoolScenario(["a", "b"])
        pool.replace(with: [])
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(60))
        #expect(pool.tick() == [.heldSetProlonged])
        #expect(pool.tick() == [])
        #expect(pool.replace(with: []) == [])
        #expect(pool.replicaIDs == ["a", "b"])
        #expect(pool.state.ledger.isHolding)
    }

    @Test func believesAnEmptySetAfterTheGraceWhenNoneAnswers() {
        var pool = PoolScenario(["a", "b"])
        pool.replace(with: [])
        for id in ["a", "b"] { pool.finish(id, as: .failure, times: 5) }
        pool.advance(by: .seconds(60) - .nanoseconds(1))
        #expect(pool.tick() == [])
        pool.advance(by: .nanoseconds(1))
        #expect(pool.tick().contains(.heldSetBelieved))
        #expect(pool.pick() == nil)
        #expect(pool.tick() == [])
        #expect(pool.state.hasSeenSet)
    }

    @Test func believesAnEmptySetOnceTheLastDoesNotAnswer() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(60))
        pool.tick()
        pool.finish("a", as: .success)
        pool.finish("a", as: .failure, times: 9)
        // One that has just answered may be on its way back.
        pool.advance(by: .seconds(60) - .nanoseconds(1))
        #expect(pool.tick() == [])
        pool.advance(by: .nanoseconds(1))
        #expect(pool.replace(with: []) == [.heldSetBelieved, .replicasRemoved([.named("a")])])
    }

    /// What all replicas stand on may fail while the registry cannot be written: a full disk does both.
    @Test(arguments: [EndpointPool.Outcome.errorAnswer, .overloaded])
    func keepsReplicasThatAnswerWithErrors(_ outcome: EndpointPool.Outcome) {
        var pool = PoolScenario(["a", "b"])
        pool.replace(with: [])
        pool.advance(by: .seconds(60))
        #expect(pool.tick() == [.heldSetProlonged])
        for id in ["a", "b"] {
            pool.finish(id, as: .failure, times: 5)
            pool.finish(id, as: outcome)
        }
        pool.advance(by: .seconds(120))
        #expect(pool.tick() == [])
        #expect(pool.replicaIDs == ["a", "b"])
    }

    /// Once it is ejected, there is but a test now and then.
    @Test func believesAnEmptySetWhenTheTestOfAnEjectedReplicaFindsNobody() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .errorAnswer, times: 5)
        pool.finish("b", as: .failure, times: 5)
        #expect(pool.ejected == ["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(60))
        #expect(pool.tick() == [.heldSetProlonged])
        pool.finish("a", as: .failure)
        #expect(pool.tick().contains(.heldSetBelieved))
    }

    @Test func takesFourFailuresForNoProof() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.finish("a", as: .failure, times: 4)
        pool.advance(by: .seconds(60))
        #expect(pool.tick() == [.heldSetProlonged])
        #expect(pool.pick() == "a")
    }

    @Test func believesAnEmptySetInTheEndThoughReplicasAnswer() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(900) - .nanoseconds(1))
        pool.finish("a", as: .success)
        #expect(pool.tick() == [.heldSetProlonged])
        pool.advance(by: .nanoseconds(1))
        #expect(pool.tick() == [.heldSetBelieved, .replicasRemoved([.named("a")])])
    }

    /// They register one after the other: the first of them must not take the place of all.
    @Test func waitsForTheOthersWhenTheFirstComesBack() {
        var pool = PoolScenario(["a", "b", "c"])
        pool.replace(with: [])
        pool.advance(by: .seconds(300))
        pool.tick()
        #expect(pool.replace(with: ["a"]) == [])
        pool.advance(by: .seconds(59))
        #expect(pool.tick() == [])
        #expect(pool.replicaIDs == ["a", "b", "c"])
        #expect(pool.replace(with: ["a", "b"]) == [.heldSetRecovered, .replicasRemoved([.named("c")])])
    }

    @Test func believesASmallSetAMinuteAfterTheFirstCameBack() {
        var pool = PoolScenario(["a", "b", "c"])
        pool.replace(with: [])
        pool.advance(by: .seconds(300))
        pool.replace(with: ["a"])
        pool.advance(by: .seconds(60))
        #expect(pool.tick() == [.heldSetBelieved, .replicasRemoved([.named("b"), .named("c")])])
    }

    /// A registry that knows now somebody and now nobody is not doubted for ever.
    @Test func believesASetThatComesAndGoesInTheEnd() {
        var pool = PoolScenario(["a", "b", "c"])
        for _ in 0..<18 {
            pool.replace(with: [])
            pool.advance(by: .seconds(25))
            pool.replace(with: ["a"])
            pool.advance(by: .seconds(25))
        }
        #expect(pool.tick() == [])
        #expect(
            pool.replace(with: []) == [
                .heldSetBelieved, .replicasRemoved([.named("a"), .named("b"), .named("c")]),
            ]
        )
    }

    /// Who is registered again in the last moment of the quarter of an hour leaves the others their minute.
    @Test func waitsForTheOthersThoughTheQuarterOfAnHourEnds() {
        var pool = PoolScenario(["a", "b", "c"])
        pool.replace(with: [])
        pool.advance(by: .seconds(895))
        pool.replace(with: ["a"])
        pool.advance(by: .seconds(60) - .nanoseconds(1))
        #expect(pool.tick() == [])
        #expect(pool.replicaIDs == ["a", "b", "c"])
        pool.advance(by: .nanoseconds(1))
        #expect(pool.tick() == [.heldSetBelieved, .replicasRemoved([.named("b"), .named("c")])])
    }

    // MARK: The grace begins anew

    @Test func startsTheGraceAnewAfterACredibleSet() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(59))
        #expect(pool.replace(with: ["a"]) == [.heldSetRecovered])
        pool.advance(by: .seconds(59))
        #expect(pool.tick() == [])
        #expect(pool.replace(with: []) == [.setHeld(missing: [.named("a")])])
        pool.advance(by: .seconds(59))
        #expect(pool.tick() == [])
        #expect(pool.pick() == "a")
    }

    @Test func startsTheGraceAnewAfterASetWasDropped() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(900))
        pool.tick()
        #expect(pool.replace(with: []) == [])
        pool.replace(with: ["b"])
        #expect(pool.replace(with: []) == [.setHeld(missing: [.named("b")])])
        pool.advance(by: .seconds(59))
        #expect(pool.tick() == [])
        #expect(pool.pick() == "b")
    }

    @Test func takesAnEmptySetAtItsWordWhenItIsTheFirst() {
        var pool = PoolScenario([])
        #expect(pool.replace(with: []) == [])
        #expect(pool.state.hasSeenSet)
        #expect(pool.pick() == nil)
    }

    // MARK: Less than half

    @Test(arguments: [(2, 1, false), (3, 1, true), (3, 2, false), (4, 2, false), (5, 2, true), (10, 4, true)])
    func doubtsASetOfLessThanHalf(_ before: Int, after: Int, isHeld: Bool) {
        let ids = (0..<before).map { "replica-\($0)" }
        var pool = PoolScenario(ids)
        pool.replace(with: Array(ids.prefix(after)))
        #expect(pool.replicaIDs == Array(ids.prefix(isHeld ? before : after)))
        #expect(pool.state.ledger.isHolding == isHeld)
        pool.advance(by: .seconds(60))
        pool.tick()
        #expect(pool.replicaIDs == Array(ids.prefix(after)))
        #expect(!pool.state.ledger.isHolding)
    }

    @Test func addsTheNewReplicasOfASmallSetAtOnceAndKeepsTheMissing() {
        var pool = PoolScenario(["a", "b", "c", "d", "e"])
        #expect(
            pool.replace(with: ["e", "f"]) == [
                .setHeld(missing: [.named("a"), .named("b"), .named("c"), .named("d")]),
                .replicasAdded([.named("f")]),
            ]
        )
        #expect(pool.replicaIDs == ["a", "b", "c", "d", "e", "f"])
        pool.advance(by: .seconds(60))
        #expect(
            pool.tick() == [
                .heldSetBelieved, .replicasRemoved([.named("a"), .named("b"), .named("c"), .named("d")]),
            ]
        )
        #expect(pool.replicaIDs == ["e", "f"])
    }

    /// Small sets are measured by the last one believed, and the grace runs from the first of them.
    @Test func followsTheSmallSetsWithinTheGrace() {
        var pool = PoolScenario(["a", "b", "c", "d", "e"])
        pool.replace(with: ["f"])
        pool.advance(by: .seconds(30))
        #expect(pool.replace(with: ["g"]) == [.replicasAdded([.named("g")]), .replicasRemoved([.named("f")])])
        #expect(pool.replicaIDs == ["a", "b", "c", "d", "e", "g"])
        pool.advance(by: .seconds(30))
        pool.tick()
        #expect(pool.replicaIDs == ["g"])
    }

    @Test func believesASetOfHalfTheLastAtOnce() {
        var pool = PoolScenario(["a", "b", "c", "d", "e"])
        pool.replace(with: ["a"])
        #expect(
            pool.replace(with: ["a", "b", "f"]) == [
                .heldSetRecovered, .replicasAdded([.named("f")]),
                .replicasRemoved([.named("c"), .named("d"), .named("e")]),
            ]
        )
        #expect(pool.replace(with: ["a", "b"]) == [.replicasRemoved([.named("f")])])
    }

    @Test func takesTheWeightsOfAnAdvisorySet() {
        var pool = PoolScenario(["a", "b", "c"])
        pool.replace(withEndpoints: [.named("a", weight: 5)])
        #expect(pool.state.replicas.map(\.endpoint.weight) == [5, 1, 1])
    }

    // MARK: The age of the data

    @Test func knowsWhenTheRegistryWasHeard() {
        var pool = PoolScenario([])
        #expect(PoolSnapshot(pool.state, at: pool.now).setAge == nil)
        pool.replace(with: ["a"])
        pool.advance(by: .seconds(7))
        #expect(PoolSnapshot(pool.state, at: pool.now).setAge == .seconds(7))
        pool.replace(with: ["a"])
        #expect(PoolSnapshot(pool.state, at: pool.now).setAge == .zero)
    }
}
