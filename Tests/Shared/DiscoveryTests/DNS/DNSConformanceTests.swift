import Conformance
import TestSupport
import Testing

@testable import Discovery

/// DNS passes the batteries that every resolver passes.
@Suite(.timeLimit(.minutes(1))) struct DNSConformanceTests {
    private let clock = ManualClock()

    @Test func conformsAsAddresses() async throws {
        try await withNameserver { server in
            server.set(
                .a,
                "users.example",
                .records(.a("users.example", "192.0.2.1"), .a("users.example", "192.0.2.2"))
            )
            server.set(.aaaa, "users.example", .records(.aaaa("users.example", "2001:db8:0:0:0:0:0:1")))
            let resolver = try resolver("dns://\(server.address)/{service}.example:80")
            let known: Set<Endpoint> = [.found("192.0.2.1", 80), .found("192.0.2.2", 80), .found("2001:db8::1", 80)]
            try await ResolverConformance(resolver: resolver, known: known).check()
        }
    }

    @Test func conformsAsServices() async throws {
        try await withNameserver { server in
            let known: Set<Endpoint> = [.found("192.0.2.1", 81), .found("2001:db8::1", 82, weight: 2)]
            server.publish(known, as: ServiceName(known: "users"))
            let resolver = try resolver("dns://\(server.address)/_{service}._tcp.example")
            try await ResolverConformance(resolver: resolver, known: known).check()
        }
    }

    @Test func conformsAsServicesThatChange() async throws {
        try await withNameserver { server in
            let resolver = try resolver("dns://\(server.address)/_{service}._tcp.example")
            try await ChangingResolverConformance(resolver: resolver) { endpoints, service in
                server.publish(endpoints, as: service)
                clock.advance(by: DNSResolver.refreshInterval.upperBound)
            }.check()
        }
    }

    private func resolver(_ url: String) throws -> DNSResolver {
        DNSResolver(try DNSSource(url: url), clock: clock, generator: SeededGenerator(seed: 1))
    }
}

extension FakeNameserver {
    /// Names endpoints as services: each has a target of its own, whose address is among the additional records.
    fileprivate func publish(_ endpoints: Set<Endpoint>, as service: ServiceName) {
        let name = "_\(service)._tcp.example"
        guard !endpoints.isEmpty else { return set(.srv, name, .noSuchName(minimum: 60)) }
        var reply = NameserverReply(manner: .truncates)
        for (number, endpoint) in endpoints.enumerated() {
            let target = "\(service)-\(number).example"
            let weight = UInt16(endpoint.weight)
            reply.answers.append(.srv(name, target, port: UInt16(endpoint.port), weight: weight))
            reply.additional.append(
                endpoint.host.contains(":")
                    ? .aaaa(target, endpoint.host.replacing("::", with: ":0:0:0:0:0:")) : .a(target, endpoint.host)
            )
        }
        set(.srv, name, reply)
    }
}
