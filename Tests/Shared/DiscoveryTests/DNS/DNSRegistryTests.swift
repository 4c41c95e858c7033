import Discovery
import Testing

@Suite struct DNSRegistryTests {
    /// Whoever keeps the zone publishes replicas; a service that registers all the same is told nothing bad.
    @Test func leavesRegisteringToTheZone() async throws {
        let source = try DNSSource(url: "dns:_{service}._tcp.example.internal")
        let registry = DNSRegistry(
            DNSResolver(source, clock: ContinuousClock(), generator: SystemRandomNumberGenerator())
        )
        let endpoint = Endpoint(id: "users-1", host: "192.0.2.1", port: 80)
        try await registry.register(endpoint, as: ServiceName(known: "users"))
        try await registry.deregister(endpoint, from: ServiceName(known: "users"))
        #expect(registry.leaseDuration == .seconds(60))
    }
}
