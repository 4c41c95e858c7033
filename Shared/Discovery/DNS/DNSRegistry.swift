/// DNS in the place of a registry: replicas are found, and published by whoever keeps the zone.
///
/// That is how replicas are found below an orchestrator that gives services names of its own.
public struct DNSRegistry: ServiceRegistry {
    private let resolver: DNSResolver

    /// Creates a registry over a resolver.
    public init(_ resolver: DNSResolver) {
        self.resolver = resolver
    }

    /// How often a registration that changes nothing is repeated.
    public var leaseDuration: Duration { .seconds(60) }

    /// Changes nothing: the zone's keeper publishes the replica.
    public func register(_: Endpoint, as _: ServiceName) async throws(RegistryError) {}

    /// Changes nothing: the zone's keeper takes the replica out.
    public func deregister(_: Endpoint, from _: ServiceName) async throws(RegistryError) {}

    /// The replicas that DNS names, and every later set.
    public func endpoints(of service: ServiceName) -> EndpointUpdates {
        resolver.endpoints(of: service)
    }
}
