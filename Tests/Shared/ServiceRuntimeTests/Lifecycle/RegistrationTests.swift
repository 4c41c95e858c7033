import CoreMetrics
import Discovery
import HTTPTypes
import HummingbirdTesting
import ServiceLifecycle
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import ServiceRuntime

/// When a replica can be found, and in which order it goes away.
@Suite(.timeLimit(.minutes(1))) struct RegistrationTests {
    @Test func registersOnceTheChecksPass() async throws {
        let isBroken = Mutex(true)
        struct Broken: Error {}
        let check = Readiness.Check("store") { if isBroken.withLock({ $0 }) { throw Broken() } }
        let replica = Replica(checks: [check])
        try await replica.run {
            try await replica.waitUntil("operations are registered") { replica.registry.has("users-operations") }
            #expect(!replica.registry.has("users"))
            #expect(replica.readiness.phase == .starting)
            isBroken.withLock { $0 = false }
            try await replica.waitUntil("the service is registered") { replica.registry.has("users") }
            #expect(replica.readiness.phase == .serving)
        }
    }

    @Test func registersTheAddressesItListensOn() async throws {
        let replica = Replica()
        try await replica.run {
            try await replica.waitUntil("the service is registered") { replica.registry.has("users") }
            for (name, path) in [("users", "/"), ("users-operations", "/livez")] {
                let endpoint = try #require(replica.registry.endpoint(name))
                #expect(endpoint.id == "users-1" && endpoint.host == "127.0.0.1" && endpoint.port > 0)
                #expect(try await replica.get(path, at: endpoint) == 200)
            }
        }
    }

    @Test func renewsItsLease() async throws {
        let replica = Replica(leaseDuration: .milliseconds(30))
        try await replica.run {
            try await replica.waitUntil("three leases") { replica.registry.registrations("users") >= 3 }
        }
    }

    @Test func registersAgainAfterARegistryOutage() async throws {
        let replica = Replica(leaseDuration: .milliseconds(30))
        let metrics = PrometheusRegistry()
        replica.registry.fail(times: 4)
        try await withMetricsFactory(metrics) {
            try await replica.run {
                try await replica.waitUntil("the service is registered") { replica.registry.has("users") }
            }
        }
        #expect(!replica.registry.has("users"))
        #expect(metrics.exposition().contains("\nclowder_registry_renewal_failures_total 4\n"))
    }

    /// Not ready, out of the registry, listener closed, background work stopped.
    @Test func goesAwayInOrder() async throws {
        let replica = Replica()
        try await replica.run {
            try await replica.waitUntil("the service is registered") { replica.registry.has("users") }
        }
        let expected = [
            "deregister users while draining", "deregister users-operations while draining", "background stopped",
        ]
        #expect(replica.history.filter { !$0.hasPrefix("register") } == expected)
        #expect(replica.readiness.phase == .draining)
    }

    @Test func servesDuringTheLameDuckTimeThoughItIsNotReady() async throws {
        let replica = Replica(lameDuck: .seconds(3600))
        await #expect(throws: CancellationError.self) {
            try await replica.run {
                try await replica.waitUntil("the service is registered") { replica.registry.has("users") }
                let service = try #require(replica.registry.endpoint("users"))
                let operations = try #require(replica.registry.endpoint("users-operations"))
                #expect(try await replica.get("/readyz", at: operations) == 200)
                await replica.beginShutdown()
                try await replica.waitUntil("nothing is registered") { !replica.registry.has("users-operations") }
                #expect(try await replica.get("/", at: service) == 200)
                #expect(try await replica.get("/livez", at: operations) == 200)
                #expect(try await replica.get("/readyz", at: operations) == 503)
                throw CancellationError()
            }
        }
    }

    @Test func goesAwayWithoutARegistry() async throws {
        let replica = Replica()
        try await replica.run {
            try await replica.waitUntil("the service is registered") { replica.registry.has("users") }
            replica.registry.fail(times: .max)
        }
        #expect(replica.readiness.phase == .draining)
        #expect(replica.history.last == "background stopped")
    }
}
