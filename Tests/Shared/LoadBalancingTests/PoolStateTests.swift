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
        #expect(pool.replicaIDs == ["b", "c"])
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
        #expect(pool.replica("a")?.health.consecutiveFailures == 1)
        pool.replace(with: ["a", "b"])
        #expect(pool.replica("b")?.outstanding == 0)
        #expect(pool.replica("b")?.health.consecutiveFailures == 0)
    }

    @Test func keepsCountersWhenAWeightChanges() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(2)
        #expect(
            pool.replace(withEndpoints: [.named("a", weight: 3), .named("b")]) == [
                .weightsChanged([.named("a", weight: 3)])
            ]
        )
        #expect(pool.replica("a")?.outstanding == 1)
        #expect(pool.replica("a")?.endpoint.weight == 3)
        pool.finish("a", as: .success)
        #expect(pool.replica("a")?.outstanding == 0)
    }

    @Test func takesTheOutcomeOfACallToWhoIsGone() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(2)
        pool.replace(with: ["b"])
        #expect(pool.finish("a", as: .failure) == [])
        #expect(pool.replica("b")?.outstanding == 1)
    }

    /// The outcome belongs to the replica that was there before, not to its successor of the same name.
    @Test func tellsAReplicaThatCameBackFromTheOneThatWent() {
        var pool = PoolScenario(["a", "b"])
        _ = pool.picks(2)
        pool.replace(with: ["b"])
        pool.replace(with: ["a", "b"])
        #expect(pool.pick(excluding: ["b"]) == "a")
        #expect(pool.finish("a", as: .failure) == [])
        #expect(pool.replica("a")?.outstanding == 1)
        #expect(pool.replica("a")?.health.consecutiveFailures == 0)
    }

    @Test func passesOverExcludedReplicasAsLongAsOthersAreLeft() {
        var pool = PoolScenario(["a", "b", "c"])
        for _ in 0..<5 { #expect(pool.pick(excluding: ["a", "c"]) == "b") }
        #expect(pool.pick(excluding: ["a", "b", "c"]) != nil)
    }

    @Test func usesTheLessBusyReplica() {
        var pool = PoolScenario(["a", "b"], policy: PowerOfTwoChoices())
        _ = pool.picks(100)
        #expect(pool.state.replicas.map(\.outstanding) == [50, 50])
    }

    @Test func tellsThePolicyWhatTheCallIsAbout() {
        var state = PoolState(policy: ConsistentHash(), ejection: EjectionPolicy())
        var generator = PickGenerator(seed: 1)
        _ = state.replace(with: [.named("a"), .named("b"), .named("c")], at: .zero)
        for key in ["x", "y", "z"].map(AffinityKey.init) {
            let owners = (0..<20).compactMap { _ -> String? in
                guard let pick = state.pick(for: key, at: .zero, using: &generator) else { return nil }
                _ = state.finish(pick, as: .success, at: .zero)
                return pick.endpoint.id
            }
            #expect(owners.count == 20 && Set(owners).count == 1)
        }
    }
}
