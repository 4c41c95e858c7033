import Conformance
import Discovery
import TestSupport
import Testing

/// Every implementation of the two protocols passes the batteries.
@Suite(.timeLimit(.minutes(1))) struct ServiceResolverTests {
    private static let known: Set<Endpoint> = [
        Endpoint(id: "a", host: "127.0.0.1", port: 8081), Endpoint(id: "b", host: "127.0.0.1", port: 8082, weight: 2),
    ]
    private static let service = ServiceName(known: "users")

    @Test func conformsAsStaticResolver() async throws {
        let resolver = StaticResolver([Self.service: Self.known])
        try await ResolverConformance(resolver: resolver, known: Self.known).check()
    }

    @Test func conformsAsLeaseDirectory() async throws {
        try await withTemporaryDirectory { directory in
            let registry = LeaseDirectoryRegistry(directory: directory, time: ManualTime())
            for endpoint in Self.known { try await registry.register(endpoint, as: Self.service) }
            try await ResolverConformance(resolver: registry, known: Self.known).check()
        }
    }

    @Test func conformsAsLeaseDirectoryThatChanges() async throws {
        try await withTemporaryDirectory { directory in
            let registry = LeaseDirectoryRegistry(directory: directory, time: ManualTime())
            try await ChangingResolverConformance(resolver: registry) { endpoints, service in
                try await registry.replace(with: endpoints, as: service)
            }.check()
        }
    }

    @Test func registersAsLeaseDirectoryOfOneProcess() async throws {
        try await withTemporaryDirectory { directory in
            let time = ManualTime()
            let registry = LeaseDirectoryRegistry(directory: directory, time: time)
            try await RegistryConformance(writer: registry, reader: registry, time: time).check()
        }
    }

    /// Two handles share nothing but the directory, as two processes do.
    @Test func registersAsLeaseDirectoryOfTwoProcesses() async throws {
        try await withTemporaryDirectory { directory in
            let time = ManualTime()
            try await RegistryConformance(
                writer: LeaseDirectoryRegistry(directory: directory, time: time),
                reader: LeaseDirectoryRegistry(directory: directory, time: time),
                time: time
            ).check()
        }
    }
}

extension LeaseDirectoryRegistry {
    /// A registry in the test's time that looks often.
    init(directory: String, time: ManualTime) {
        self.init(directory: directory, pollInterval: .milliseconds(1), now: { time.date })
    }
}
