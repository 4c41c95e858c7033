import Discovery

/// A registry of replicas that are known beforehand; registering changes nothing.
struct FixedRegistry: ServiceRegistry {
    private let resolver: StaticResolver

    let leaseDuration = Duration.seconds(60)

    init(_ services: [ServiceName: Set<Endpoint>]) {
        resolver = StaticResolver(services)
    }

    func endpoints(of service: ServiceName) -> EndpointUpdates {
        resolver.endpoints(of: service)
    }

    func register(_ endpoint: Endpoint, as service: ServiceName) async throws(RegistryError) {}

    func deregister(_ endpoint: Endpoint, from service: ServiceName) async throws(RegistryError) {}
}
