import Discovery
import Hummingbird
import LoadBalancing
import ServiceClient
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import ServiceRuntime

/// What a process that starts waits for.
@Suite(.timeLimit(.minutes(1))) struct ServiceConnectionsTests {
    private let users = ServiceName(known: "users")

    @Test func waitsForAReplicaOfEachService() async throws {
        #expect(ServiceConnections.replicaPatience == .seconds(2))
        let registry = GrowingRegistry()
        try await run(registry, patience: .seconds(3600)) { readiness, pool in
            try await eventually("the first set") { pool.hasSeenSet ? () : nil }
            let refused = await readiness.freshFindings().map(\.detail)
            #expect(refused == ["no replica of users is registered yet"])
            try await registry.register(Endpoint(id: "users-1", host: "127.0.0.1", port: 1), as: users)
            try await eventually("it passes", holds: { await readiness.freshFindings().allSatisfy(\.ok) })
            // What goes away later is no reason to serve nothing.
            pool.replace(with: [])
            #expect(await readiness.freshFindings().allSatisfy(\.ok))
        }
    }

    @Test func goesOnAloneWhenItHasWaitedLongEnough() async throws {
        try await run(GrowingRegistry(), patience: .milliseconds(50)) { readiness, pool in
            try await eventually("it passes", holds: { await readiness.freshFindings().allSatisfy(\.ok) })
            #expect(pool.hasSeenSet && pool.count == 0)
        }
    }

    /// A registry that has told nothing is away; that is told from one that knows nobody.
    @Test func doesNotGoOnBeforeTheRegistryHasTold() async throws {
        let connections = ServiceConnections(to: [users], registry: GrowingRegistry(), patience: .zero)
        let findings = await Readiness(checks: [connections.check]).freshFindings().map(\.detail)
        #expect(findings == ["the registry has not told of users yet"])
        try await connections.close()
    }

    /// Every service that calls others waits for them, without a word of its own.
    @Test func addsItsCheckToWhateverIsBuiltOnIt() async throws {
        let environment = ServiceEnvironment(
            settings: try Settings.load([], arguments: [], environment: [:]),
            registry: GrowingRegistry(),
            instanceID: "search-1"
        )
        let router = Router(context: ServiceRequestContext.self)
        let responder = ServiceResponder(router.buildResponder(), deadlines: .service())
        let built = Mutex<ServiceConnections?>(nil)
        let parts = try await environment.connect(to: [users]) { connections in
            built.withLock { $0 = connections }
            return ServiceParts(responder: responder, background: [connections], checks: [Readiness.Check("store") {}])
        }
        let findings = await Readiness(checks: parts.checks).freshFindings()
        #expect(findings.map(\.name) == ["store", "service registry"] && findings.map(\.ok) == [true, false])
        try await built.withLock { $0 }?.close()
    }

    private func run(
        _ registry: GrowingRegistry,
        patience: Duration,
        _ body: (Readiness, EndpointPool) async throws -> Void
    ) async throws {
        let connections = ServiceConnections(to: [users], registry: registry, patience: patience)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await connections.run() }
            defer { group.cancelAll() }
            try await body(Readiness(checks: [connections.check]), connections.client(for: users).pool)
        }
    }
}

/// A registry in memory whose sets grow.
private final class GrowingRegistry: ServiceRegistry {
    private let endpoints = Mutex<Set<Endpoint>>([])

    let leaseDuration = Duration.seconds(60)

    func register(_ endpoint: Endpoint, as service: ServiceName) async throws(RegistryError) {
        endpoints.withLock { _ = $0.insert(endpoint) }
    }

    func deregister(_ endpoint: Endpoint, from service: ServiceName) async throws(RegistryError) {}

    func endpoints(of service: ServiceName) -> EndpointUpdates {
        EndpointUpdates {
            { last in
                while !Task.isCancelled {
                    let set = self.endpoints.withLock { $0 }
                    if set != last { return set }
                    await Task.yield()
                }
                return nil
            }
        }
    }
}
