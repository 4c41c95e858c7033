import Discovery
import Testing

@testable import LoadBalancing

@Suite struct PoolStateTests {
    @Test func knowsNobodyAtFirst() {
        var pool = PoolScenario([])
        #expect(!pool.state.hasSeenSet)
        #expect(pool.pick() == nil)
        #expect(!pool.state.isPanicking)
    }

    @Test func reportsWhoComesAndGoes() {
        var pool = PoolScenario([])
        #expect(pool.replace(with: ["b", "a"]) == [.replicasAdded([.named("a"), .named("b")])])
        #expect(pool.replace(with: ["b", "a"]) == [])
        #expect(pool.replace(with: ["b", "c"]) == [.replicasAdded([.named("c")]), .replicasRemoved([.named("a")])])
        #expect(pool.state.replicas.map(\.endpoint.id) == ["b", "c"])
    }

    @Test func rotatesOverTheWholeSet() {
        var pool = PoolScenario(["a", "b", "c"])
        #expect(pool.picks(6) == ["a", "b", "c", "a", "b", "c"])
    }

    @Test func countsCallsInFlight() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(5)
        #expect(pool.replica("a")?.outstanding == 3)
        #expect(pool.replica("b")?.outstanding == 2)
        pool.finish("a", as: .success)
        pool.finish("a", as: .failure)
        pool.finish("b", as: .ignored)
        #expect(pool.replica("a")?.outstanding == 1)
        #expect(pool.replica("b")?.outstanding == 1)
    }

    @Test func keepsCountersOfWhoStaysAndForgetsThoseOfWhoGoes() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(4)
        pool.finish("a", as: .failure)
        pool.finish("b", as: .failure)
        pool.replace(with: ["a", "c"])
        #expect(pool.replica("a")?.outstanding == 1)
        #expect(pool.replica("a")?.consecutiveFailures == 1)
        pool.replace(with: ["a", "b"])
        #expect(pool.replica("b")?.outstanding == 0)
        #expect(pool.replica("b")?.consecutiveFailures == 0)
    }

    @Test func takesTheOutcomeOfACallToWhoIsGone() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(2)
        pool.replace(with: ["b"])
        #expect(pool.finish("a", as: .failure, times: 9) == [])
        #expect(pool.replica("b")?.outstanding == 1)
    }

    @Test func passesOverExcludedReplicasAsLongAsOthersAreLeft() {
        var pool = PoolScenario(["a", "b", "c"])
        for _ in 0..<5 { #expect(pool.pick(excluding: ["a", "c"]) == "b") }
        #expect(pool.pick(excluding: ["a", "b", "c"]) != nil)
    }

    @Test func usesTheLessBusyReplica() {
        var state = PoolState(policy: PowerOfTwoChoices(), ejection: EjectionPolicy())
        var generator = SystemRandomNumberGenerator()
        _ = state.replace(with: [.named("a"), .named("b")], at: .zero)
        for _ in 0..<100 { _ = state.pick(excluding: [], at: .zero, using: &generator) }
        #expect(state.replicas.map(\.outstanding) == [50, 50])
    }

    // MARK: A registry that is out

    @Test func hasAGraceOfAMinuteForAnEmptySet() {
        #expect(PoolState.emptySetGrace == .seconds(60))
    }

    @Test func keepsTheLastSetWhenItIsSuddenlyEmpty() {
        var pool = PoolScenario(["a", "b"])
        #expect(pool.replace(with: []) == [.emptySetHeld])
        pool.advance(by: .seconds(60) - .nanoseconds(1))
        #expect(pool.replace(with: []) == [])
        #expect(pool.expireHeldSet() == [])
        #expect(pool.picks(2) == ["a", "b"])
    }

    @Test func believesAnEmptySetAfterTheGrace() {
        var pool = PoolScenario(["a", "b"])
        pool.replace(with: [])
        pool.advance(by: .seconds(60))
        #expect(pool.expireHeldSet() == [.replicasRemoved([.named("a"), .named("b")])])
        #expect(pool.pick() == nil)
        #expect(pool.expireHeldSet() == [])
        #expect(pool.state.hasSeenSet)
    }

    @Test func believesAnEmptySetThatIsRepeatedAfterTheGrace() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(60))
        #expect(pool.replace(with: []) == [.replicasRemoved([.named("a")])])
    }

    @Test func startsTheGraceAnewAfterASetWithReplicas() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(59))
        #expect(pool.replace(with: ["a"]) == [])
        pool.advance(by: .seconds(59))
        #expect(pool.expireHeldSet() == [])
        #expect(pool.replace(with: []) == [.emptySetHeld])
        pool.advance(by: .seconds(59))
        #expect(pool.expireHeldSet() == [])
        #expect(pool.pick() == "a")
    }

    @Test func startsTheGraceAnewAfterASetWasDropped() {
        var pool = PoolScenario(["a"])
        pool.replace(with: [])
        pool.advance(by: .seconds(60))
        _ = pool.expireHeldSet()
        #expect(pool.replace(with: []) == [])
        pool.replace(with: ["b"])
        #expect(pool.replace(with: []) == [.emptySetHeld])
        pool.advance(by: .seconds(59))
        #expect(pool.expireHeldSet() == [])
        #expect(pool.pick() == "b")
    }

    @Test func takesAnEmptySetAtItsWordWhenItIsTheFirst() {
        var pool = PoolScenario([])
        #expect(pool.replace(with: []) == [])
        #expect(pool.state.hasSeenSet)
        #expect(pool.pick() == nil)
    }
}
