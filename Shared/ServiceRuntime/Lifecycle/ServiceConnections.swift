import AsyncHTTPClient
public import Discovery
import LoadBalancing
import Logging
import Resilience
public import ServiceClient
public import ServiceLifecycle

/// The clients of one process to other services, over one HTTP client and kept up to date by the registry.
///
/// Run it before whatever uses its clients: it follows the registry until shutdown and then closes the connections.
public struct ServiceConnections: Service {
    private let registry: any ServiceRegistry
    private let transport: HTTPClient
    private let clients: [ServiceName: ServiceClient]

    /// Creates a client for each of the services.
    public init(to services: [ServiceName], registry: any ServiceRegistry) {
        let transport = ServiceClient.makeTransport()
        let clock = ContinuousClock()
        let start = clock.now
        self.registry = registry
        self.transport = transport
        clients = services.reduce(into: [:]) { clients, service in
            let pool = EndpointPool(
                service: service,
                generator: SystemRandomNumberGenerator(),
                now: { start.duration(to: clock.now) }
            )
            let journal = BreakerJournal(service: service, logger: Logger.current)
            clients[service] = ServiceClient(
                pool: pool,
                transport: transport,
                breaker: SharedCircuitBreaker(from: start) { journal.record($0) },
                clock: clock
            )
        }
    }

    /// The client for one of the services that were named at creation.
    public func client(for service: ServiceName) -> ServiceClient {
        guard let client = clients[service] else { preconditionFailure("no client was made for \(service)") }
        return client
    }

    /// The services as this process sees them, ordered by name.
    var upstreams: [UpstreamSource] {
        clients.values
            .sorted { $0.pool.service.description < $1.pool.service.description }
            .map { UpstreamSource(pool: $0.pool, breaker: $0.breaker) }
    }

    /// Passes once the registry has told of every service, even that it has no replica.
    public var check: Readiness.Check {
        Readiness.Check("service registry") {
            for (service, client) in clients where !client.pool.hasSeenSet {
                throw RegistryError("the registry has not told of \(service) yet")
            }
        }
    }

    /// Follows the registry until graceful shutdown or cancellation, then closes all connections.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for client in clients.values {
                    group.addTask { await client.pool.run(following: registry) }
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
    /// - Returns: What was built, with the connections' pools to be looked at.
    /// - Throws: What `build` throws.
    public func connect<Responder>(
        to services: [ServiceName],
        for build: (ServiceConnections) throws -> ServiceParts<Responder>
    ) async throws -> ServiceParts<Responder> {
        let connections = ServiceConnections(to: services, registry: registry)
        do {
            var parts = try build(connections)
            parts.upstreams = connections.upstreams
            return parts
        } catch {
            try await connections.close()
            throw error
        }
    }
}
