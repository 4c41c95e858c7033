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

    @Test func keepsTheLastSetForAMinuteWhenTheRegistryIsSuddenlyEmpty() async throws {
        let pool = makePool()
        let registry = ScriptedResolver([[.named("a")], []])
        try await withRunning(pool, following: registry) {
            try await eventually("both sets") { registry.isExhausted ? () : nil }
            #expect(pool.pick()?.id == "a")
            time.advance(by: .seconds(60))
            try await eventually("the end of the grace") { pool.snapshot.isEmpty ? () : nil }
        }
    }

    @Test func showsWhatItKnowsOfEachReplica() {
        let pool = makePool()
        pool.replace(with: [.named("b"), .named("a")])
        #expect((0..<3).map { _ in pool.pick()?.id } == ["a", "b", "a"])
        for _ in 0..<5 { pool.finish(.named("b"), as: .failure) }
        pool.finish(.named("a"), as: .failure)
        time.advance(by: .seconds(10))
        let snapshot = pool.snapshot
        #expect(snapshot.map(\.endpoint.id) == ["a", "b"])
        #expect(snapshot.map(\.outstanding) == [1, 0])
        #expect(snapshot.map(\.consecutiveFailures) == [1, 5])
        #expect(snapshot.map(\.ejectedFor) == [nil, .seconds(20)])
        time.advance(by: .seconds(25))
        #expect(pool.snapshot.map(\.ejectedFor) == [nil, .zero])
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
                        guard let endpoint = pool.pick() else { return }
                        if (task + call) % 2 == 0 { pool.finish(endpoint, as: .success) }
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
