import AsyncHTTPClient
public import Discovery
import LoadBalancing
import Logging
import Resilience
public import ServiceClient
public import ServiceLifecycle
import Synchronization

/// The clients of one process to other services, over one HTTP client and kept up to date by the registry.
///
/// Run it before whatever uses its clients: it follows the registry until shutdown and then closes the connections.
public final class ServiceConnections: Service {
    private struct Guarded {
        var clients: [ServiceName: ServiceClient] = [:]
        /// Told that there are more clients; nil until somebody follows.
        var newcomers: AsyncStream<Void>.Continuation?
    }

    /// How long a process waits at its start for replicas of the services that it calls.
    public static let replicaPatience = Duration.seconds(2)

    /// The services that were named at creation.
    private let required: [ServiceName]
    private let patience: Duration
    private let registry: any ServiceRegistry
    private let transport: HTTPClient
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let logger: Logger
    private let state = Mutex(Guarded())

    /// Creates a client for each of the services.
    ///
    /// - Parameters:
    ///   - services: The services to call.
    ///   - registry: Tells of their replicas.
    ///   - patience: How long ``check`` waits for a replica of each; counts from now.
    public init(
        to services: [ServiceName],
        registry: any ServiceRegistry,
        patience: Duration = replicaPatience
    ) {
        required = services
        self.patience = patience
        self.registry = registry
        transport = ServiceClient.makeTransport()
        start = clock.now
        logger = Logger.current
        for service in services { _ = client(for: service) }
    }

    /// The client for a service; one that was not asked for before has no replicas until the registry tells of them.
    public func client(for service: ServiceName) -> ServiceClient {
        state.withLock { state in
            if let client = state.clients[service] { return client }
            let client = makeClient(for: service)
            state.clients[service] = client
            state.newcomers?.yield()
            return client
        }
    }

    private func makeClient(for service: ServiceName) -> ServiceClient {
        let (start, clock) = (start, clock)
        let pool = EndpointPool(
            service: service,
            generator: SystemRandomNumberGenerator(),
            now: { start.duration(to: clock.now) }
        )
        let journal = BreakerJournal(service: service, logger: logger)
        return ServiceClient(
            pool: pool,
            transport: transport,
            breaker: SharedCircuitBreaker(from: start) { journal.record($0) },
            clock: clock
        )
    }

    private var clients: [ServiceClient] {
        state.withLock { Array($0.clients.values) }
    }

    /// The services as this process sees them, ordered by name.
    var upstreams: [UpstreamSource] {
        clients
            .sorted { $0.pool.service.description < $1.pool.service.description }
            .map { UpstreamSource(pool: $0.pool, breaker: $0.breaker, bulkhead: $0.bulkhead) }
    }

    /// Passes once a replica of every service that was named at creation is known.
    ///
    /// Processes that start together thus do not refuse the first calls. Nobody waits forever: when the patience is over
    /// it is enough that the registry has told of every service, even that it has no replica. Once passed, the check does
    /// not fail when replicas go away: what does not need them is still served.
    public var check: Readiness.Check {
        Readiness.Check("service registry") {
            let mayBeAlone = self.start.duration(to: self.clock.now) >= self.patience
            for service in self.required {
                let pool = self.client(for: service).pool
                guard pool.hasSeenSet else { throw RegistryError("the registry has not told of \(service) yet") }
                guard pool.count > 0 || mayBeAlone else {
                    throw RegistryError("no replica of \(service) is registered yet")
                }
            }
        }
    }

    /// Follows the registry until graceful shutdown or cancellation, then closes all connections.
    public func run() async throws {
        let (newcomers, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.newcomers = continuation }
        continuation.yield()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                var followed: Set<ServiceName> = []
                for await _ in newcomers {
                    for client in self.clients where followed.insert(client.pool.service).inserted {
                        group.addTask { await client.pool.run(following: self.registry) }
                    }
                }
            }
        }
        try await transport.shutdown()
    }

    /// Closes connections that were never run.
    func close() async throws {
        try await transport.shutdown()
    }
}

extension ServiceEnvironment {
    /// Creates connections and hands them to what is built on them; they are closed if that throws.
    ///
    /// - Parameters:
    ///   - services: The services to call.
    ///   - build: Builds a service that will run these connections.
    /// - Returns: What was built, with the connections' pools to be looked at and their check to be passed.
    /// - Throws: What `build` throws.
    public func connect<Responder>(
        to services: [ServiceName],
        for build: (ServiceConnections) async throws -> ServiceParts<Responder>
    ) async throws -> ServiceParts<Responder> {
        let connections = ServiceConnections(to: services, registry: registry)
        do {
            var parts = try await build(connections)
            parts.upstreams = { connections.upstreams }
            parts.checks.append(connections.check)
            return parts
        } catch {
            try await connections.close()
            throw error
        }
    }
}
