import Discovery
import LoadBalancing
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct EndpointPoolTests {
    private let service = ServiceName(known: "users")
    private let time = ManualTime()

    private func makePool(policy: any PickPolicy = RoundRobin()) -> EndpointPool {
        EndpointPool(
            service: service,
            policy: policy,
            generator: SeededGenerator(seed: 1),
            now: { [time] in time.now }
        )
    }

    @Test func followsItsResolver() async throws {
        let pool = makePool()
        #expect(!pool.hasSeenSet)
        #expect(pool.pick() == nil)
        let resolver = StaticResolver([service: [.named("a"), .named("b")]])
        try await withRunning(pool, following: resolver) {
            try await eventually("the first set") { pool.hasSeenSet ? () : nil }
            #expect(pool.snapshot.map(\.endpoint.id) == ["a", "b"])
            #expect(pool.count == 2)
        }
        #expect(pool.snapshot.count == 2, "the last set stays when nobody feeds the pool")
    }

    @Test func hasSeenASetThatIsEmpty() async throws {
        let pool = makePool()
        try await withRunning(pool, following: StaticResolver([:])) {
            try await eventually("the first set") { pool.hasSeenSet ? () : nil }
        }
        #expect(pool.pick() == nil)
    }

    @Test func ticksEverySecond() {
        #expect(EndpointPool.tickInterval == .seconds(1))
    }

    @Test func keepsTheLastSetForAMinuteWhenTheRegistryIsSuddenlyEmpty() async throws {
        let pool = makePool()
        let registry = ScriptedResolver([[.named("a")], []])
        try await withRunning(pool, following: registry) {
            try await eventually("both sets") { registry.isExhausted ? () : nil }
            for _ in 0..<5 {
                let call = try #require(pool.pick())
                #expect(call.endpoint.id == "a")
                pool.finish(call, as: .failure)
            }
            time.advance(by: .seconds(60))
            try await eventually("the end of the grace") { pool.snapshot.isEmpty ? () : nil }
        }
    }

    @Test func showsWhatItKnowsOfEachReplica() throws {
        let pool = makePool()
        pool.replace(with: [.named("b"), .named("a")])
        let calls = (0..<8).compactMap { _ in pool.pick() }
        #expect(calls.map(\.endpoint.id) == ["a", "b", "a", "b", "a", "b", "a", "b"])
        for call in calls[..<3] + calls[5..<6] { pool.finish(call, as: .failure) }
        time.advance(by: .seconds(10))
        let snapshot = pool.snapshot
        #expect(snapshot.map(\.endpoint.id) == ["a", "b"])
        #expect(snapshot.map(\.outstanding) == [2, 2])
        #expect(snapshot.map(\.consecutiveFailures) == [2, 2])
        #expect(snapshot.map(\.state) == [.healthy, .healthy])
        #expect(pool.overview.replicas == snapshot)
        #expect(pool.overview.setAge == .seconds(10))
    }

    @Test func measuresLatencyWithItsClock() throws {
        let pool = makePool()
        pool.replace(with: [.named("a")])
        let call = try #require(pool.pick())
        time.advance(by: .milliseconds(30))
        pool.finish(call, as: .success)
        #expect(pool.snapshot.map(\.latency) == [.milliseconds(30)])
        let other = try #require(pool.pick())
        pool.finish(other, as: .success, after: .milliseconds(70))
        #expect(pool.snapshot.map(\.latency) == [.milliseconds(70)])
    }

    @Test func sendsEqualKeysToTheSameReplica() {
        let pool = makePool(policy: ConsistentHash())
        pool.replace(with: Set((0..<5).map { .named("replica-\($0)") }))
        let owners = (0..<20).compactMap { _ -> String? in
            guard let call = pool.pick(for: AffinityKey("account-7")) else { return nil }
            pool.finish(call, as: .success)
            return call.endpoint.id
        }
        #expect(owners.count == 20)
        #expect(Set(owners).count == 1)
    }

    @Test func knowsHowOldItsDataIs() {
        let pool = makePool()
        pool.confirmSet()
        #expect(pool.overview.setAge == nil)
        pool.replace(with: [.named("a")])
        time.advance(by: .seconds(90))
        #expect(pool.overview.setAge == .seconds(90))
        pool.confirmSet()
        #expect(pool.overview.setAge == .zero)
    }

    @Test func picksTheLessBusyByDefault() {
        let pool = EndpointPool(service: service, generator: SeededGenerator(seed: 1), now: { .zero })
        pool.replace(with: [.named("a"), .named("b")])
        for _ in 0..<1000 { _ = pool.pick() }
        #expect(pool.snapshot.map(\.outstanding) == [500, 500])
    }

    /// 64 tasks at once: no call is lost from the counters, and each replica gets its share.
    @Test func countsCallsOfManyTasks() async {
        let pool = makePool(policy: PowerOfTwoChoices())
        pool.replace(with: Set((0..<5).map { .named("replica-\($0)") }))
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<64 {
                group.addTask {
                    for call in 0..<200 {
                        guard let pick = pool.pick() else { return }
                        if (task + call) % 2 == 0 { pool.finish(pick, as: .success, after: .milliseconds(1)) }
                    }
                }
            }
        }
        #expect(pool.snapshot.map(\.outstanding).reduce(0, +) == 6400)
        #expect(pool.snapshot.allSatisfy { $0.outstanding > 1000 })
    }

    private func withRunning(
        _ pool: EndpointPool,
        following resolver: some ServiceResolver,
        _ body: () async throws -> Void
    ) async throws {
        let run = Task { await pool.run(following: resolver) }
        do {
            try await body()
        } catch {
            run.cancel()
            throw error
        }
        run.cancel()
        await run.value
    }
}

/// Delivers its sets one after the other, then keeps silent until it is cancelled.
private final class ScriptedResolver: ServiceResolver {
    private let sets: Mutex<[Set<Endpoint>]>
    private let asked = Mutex(0)

    init(_ sets: [Set<Endpoint>]) {
        self.sets = Mutex(sets)
    }

    /// Whether the reader has taken every set and asks for more.
    var isExhausted: Bool {
        sets.withLock { $0.isEmpty } && asked.withLock { $0 > 2 }
    }

    func endpoints(of _: ServiceName) -> EndpointUpdates {
        EndpointUpdates {
            { _ in
                self.asked.withLock { $0 += 1 }
                if let next = self.sets.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return next }
                let silence = AsyncStream<Void> { _ in }
                for await _ in silence {}
                return nil
            }
        }
    }
}
