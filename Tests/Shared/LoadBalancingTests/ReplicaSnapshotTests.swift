import Discovery
import Testing

@testable import LoadBalancing

@Suite struct ReplicaSnapshotTests {
    @Test func showsAReplicaThatNobodyHasCalled() {
        let pool = PoolScenario(["a"])
        let snapshot = pool.snapshot("a")
        #expect(snapshot?.state == .healthy)
        #expect(snapshot?.weight == 1)
        #expect(snapshot?.outstanding == 0)
        #expect(snapshot?.latency == nil)
        #expect(snapshot?.calls == 0)
        #expect(snapshot?.successRate == nil)
        #expect(snapshot?.consecutiveFailures == 0)
        #expect(snapshot?.ejections == 0)
        #expect(snapshot?.ejectedFor == nil)
    }

    @Test func showsTheOutcomesOfTheLastThirtySeconds() {
        var pool = PoolScenario([])
        pool.replace(withEndpoints: [.named("a", weight: 4), .named("b")])
        pool.finish("a", as: .success, after: .milliseconds(12), times: 9)
        pool.finish("a", as: .failure, after: .milliseconds(12))
        _ = pool.pick(excluding: ["b"])
        let snapshot = pool.snapshot("a")
        #expect(snapshot?.weight == 4)
        #expect(snapshot?.outstanding == 1)
        #expect(snapshot?.calls == 10)
        #expect(snapshot?.successRate == 0.9)
        #expect(snapshot?.consecutiveFailures == 1)
        pool.advance(by: .seconds(33))
        #expect(pool.snapshot("a")?.successRate == nil)
    }

    @Test func followsAReplicaFromEjectionToFullTraffic() {
        var pool = PoolScenario(["a", "b"])
        pool.finish("a", as: .failure, times: 5)
        pool.advance(by: .seconds(10))
        #expect(pool.snapshot("a")?.state == .ejected(for: .seconds(20)))
        #expect(pool.snapshot("a")?.ejectedFor == .seconds(20))
        #expect(pool.snapshot("a")?.ejections == 1)
        pool.advance(by: .seconds(25))
        #expect(pool.snapshot("a")?.state == .ejected(for: .zero))
        _ = pool.pick()
        #expect(pool.snapshot("a")?.state == .probing)
        #expect(pool.snapshot("a")?.ejectedFor == .zero)
        pool.finish("a", as: .success)
        #expect(pool.snapshot("a")?.state == .slowStart(share: 0.1))
        pool.advance(by: .seconds(15))
        #expect(pool.snapshot("a")?.state == .slowStart(share: 0.5))
        pool.advance(by: .seconds(15))
        #expect(pool.snapshot("a")?.state == .healthy)
        #expect(pool.snapshot("a")?.ejections == 1)
    }

    @Test func showsThePoolAsAWhole() {
        var pool = PoolScenario(["a", "b", "c", "d"])
        pool.finish("a", as: .failure, times: 5)
        pool.finish("b", as: .failure, times: 5)
        pool.replace(with: ["a", "b", "c"])
        #expect(PoolSnapshot(pool.state, at: pool.now).isPanicking)
        #expect(!PoolSnapshot(pool.state, at: pool.now).isHoldingSet)
        pool.replace(with: [])
        #expect(PoolSnapshot(pool.state, at: pool.now).isHoldingSet)
    }
}
