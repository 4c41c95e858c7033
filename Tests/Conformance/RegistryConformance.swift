package import Discovery
package import TestSupport
import Testing

/// What a ``ServiceRegistry`` promises, whatever it writes to.
///
/// One side registers and the other watches: two handles on one registry, as two processes hold them, or the same
/// handle twice. Where time is the test's own, leases run out without waiting; a server's leases are waited for.
package struct RegistryConformance {
    private let writer: any ServiceRegistry
    private let reader: any ServiceRegistry
    /// The registry's time; nil where it has a clock of its own.
    private let time: ManualTime?
    private let service = ServiceName(known: "users")

    private let first = Endpoint(id: "a", host: "127.0.0.1", port: 8081)
    private let second = Endpoint(id: "b", host: "::1", port: 8082, weight: 3)

    package init(writer: any ServiceRegistry, reader: any ServiceRegistry, time: ManualTime? = nil) {
        self.writer = writer
        self.reader = reader
        self.time = time
    }

    package func check() async throws {
        try await showsWhoComesAndGoes()
        try await keepsServicesApart()
        try await toleratesDeregisteringWhoIsNotThere()
        try await replacesTheEndpointOfAnID()
        try await forgetsACrashedReplicaWhenItsLeaseEnds()
        try await keepsWhoRenews()
        try await takesBackWhoRegistersAfterItsLeaseEnded()
        try await showsManyWhoComeAtOnce()
    }

    private func showsWhoComesAndGoes() async throws {
        try await withWatch(on: service, of: reader) { watch in
            try await watch.waitForLast([])
            try await writer.register(first, as: service)
            try await watch.waitForLast([first])
            try await writer.register(second, as: service)
            try await watch.waitForLast([first, second])
            try await writer.deregister(first, from: service)
            try await watch.waitForLast([second])
            try await writer.deregister(second, from: service)
            try await watch.waitForLast([])
            #expect(watch.sets == [[], [first], [first, second], [second], []])
        }
    }

    private func keepsServicesApart() async throws {
        let other = ServiceName(known: "users-2")
        try await writer.register(first, as: service)
        try await writer.register(second, as: other)
        #expect(await current(service) == [first])
        #expect(await current(other) == [second])
        try await writer.deregister(first, from: other)
        #expect(await current(service) == [first])
        try await writer.deregister(first, from: service)
        try await writer.deregister(second, from: other)
    }

    private func toleratesDeregisteringWhoIsNotThere() async throws {
        try await writer.deregister(first, from: service)
        try await writer.deregister(first, from: ServiceName(known: "never-registered"))
        try await writer.register(second, as: service)
        try await writer.deregister(first, from: service)
        #expect(await current(service) == [second])
        try await writer.deregister(second, from: service)
        try await writer.deregister(second, from: service)
        #expect(await current(service) == [])
    }

    private func replacesTheEndpointOfAnID() async throws {
        let moved = Endpoint(id: first.id, host: first.host, port: 9091)
        try await writer.register(first, as: service)
        try await writer.register(moved, as: service)
        #expect(await current(service) == [moved])
        try await writer.deregister(moved, from: service)
        #expect(await current(service) == [])
    }

    /// The owner neither renews nor deregisters: nobody but time tells.
    private func forgetsACrashedReplicaWhenItsLeaseEnds() async throws {
        try await withWatch(on: service, of: reader) { watch in
            try await writer.register(first, as: service)
            try await watch.waitForLast([first])
            if let time {
                time.advance(by: writer.leaseDuration - .milliseconds(1))
                #expect(await current(service) == [first])
                time.advance(by: .milliseconds(2))
            }
            try await watch.waitForLast([])
        }
    }

    private func keepsWhoRenews() async throws {
        try await writer.register(first, as: service)
        try await writer.register(second, as: service)
        // Until the lease of the one that does not renew has ended, and once more.
        for _ in 0..<2 {
            try await eventually("the end of a lease") {
                time?.advance(by: writer.leaseDuration / 2)
                try await writer.register(first, as: service)
                return await current(service) == [first] ? () : nil
            }
        }
        try await writer.deregister(first, from: service)
    }

    private func takesBackWhoRegistersAfterItsLeaseEnded() async throws {
        try await writer.register(first, as: service)
        time?.advance(by: writer.leaseDuration * 10)
        try await eventually("the end of the lease") { await current(service) == [] ? () : nil }
        try await writer.register(first, as: service)
        #expect(await current(service) == [first])
        try await writer.deregister(first, from: service)
    }

    private func showsManyWhoComeAtOnce() async throws {
        let crowd = Set((0..<32).map { Endpoint(id: "replica-\($0)", host: "127.0.0.1", port: 9000 + $0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for endpoint in crowd {
                group.addTask { try await (endpoint.port % 2 == 0 ? writer : reader).register(endpoint, as: service) }
            }
            try await group.waitForAll()
        }
        #expect(await current(service) == crowd)
        for endpoint in crowd { try await reader.deregister(endpoint, from: service) }
        #expect(await current(service) == [])
    }

    private func current(_ service: ServiceName) async -> Set<Endpoint>? {
        var watch = reader.endpoints(of: service).makeAsyncIterator()
        return await watch.next()
    }
}
