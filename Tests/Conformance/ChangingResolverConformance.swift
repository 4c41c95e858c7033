package import Discovery
import Synchronization
import TestSupport
import Testing

/// What a ``ServiceResolver`` promises about sets that change, whatever it reads from.
package struct ChangingResolverConformance {
    private let resolver: any ServiceResolver
    /// Makes a set the one that the resolver's source holds, and lets the time pass that its readers need to look.
    private let publish: (Set<Endpoint>, ServiceName) async throws -> Void

    private let service = ServiceName(known: "users")
    private let first = Self.endpoint("192.0.2.1", port: 81)
    private let second = Self.endpoint("2001:db8::1", port: 82, weight: 3)

    package init(
        resolver: any ServiceResolver,
        publish: @escaping (Set<Endpoint>, ServiceName) async throws -> Void
    ) {
        self.resolver = resolver
        self.publish = publish
    }

    package func check() async throws {
        try await showsWhoComesAndGoes()
        try await showsWhoMovesOrWeighsMore()
        try await keepsServicesApart()
        try await showsManyWhoComeAtOnce()
        try await showsEveryWatchTheSame()
        try await confirmsWhatHasNotChanged()
    }

    private func confirmsWhatHasNotChanged() async throws {
        try await publish([first], service)
        let confirmations = Mutex(0)
        let updates = resolver.endpoints(of: service).onConfirmation { confirmations.withLock { $0 += 1 } }
        let task = Task { for await _ in updates {} }
        try await eventually("a confirmation") {
            try await publish([first], service)
            return confirmations.withLock { $0 } > 0 ? () : nil
        }
        task.cancel()
        await task.value
        try await publish([], service)
    }

    private func showsWhoComesAndGoes() async throws {
        try await withWatch(on: service, of: resolver) { watch in
            try await watch.waitForLast([])
            for set in [[first], [first, second], [second], []] as [Set<Endpoint>] {
                try await publish(set, service)
                try await watch.waitForLast(set)
            }
            #expect(watch.sets == [[], [first], [first, second], [second], []])
        }
    }

    private func showsWhoMovesOrWeighsMore() async throws {
        try await publish([first], service)
        try await withWatch(on: service, of: resolver) { watch in
            try await watch.waitForLast([first])
            for moved in [Self.endpoint("192.0.2.1", port: 91), Self.endpoint("192.0.2.1", port: 91, weight: 2)] {
                try await publish([moved], service)
                try await watch.waitForLast([moved])
            }
            try await publish([], service)
            try await watch.waitForLast([])
        }
    }

    private func keepsServicesApart() async throws {
        let other = ServiceName(known: "users-2")
        try await publish([first], service)
        try await publish([second], other)
        #expect(await current(service) == [first])
        #expect(await current(other) == [second])
        try await publish([], other)
        #expect(await current(service) == [first])
        try await publish([], service)
    }

    private func showsManyWhoComeAtOnce() async throws {
        let crowd = Set((1...50).map { Self.endpoint("192.0.2.\($0)", port: 80) })
        try await withWatch(on: service, of: resolver) { watch in
            try await watch.waitForLast([])
            try await publish(crowd, service)
            try await watch.waitForLast(crowd)
            try await publish([], service)
            try await watch.waitForLast([])
        }
    }

    private func showsEveryWatchTheSame() async throws {
        try await withWatch(on: service, of: resolver) { one in
            try await withWatch(on: service, of: resolver) { other in
                for watch in [one, other] { try await watch.waitForLast([]) }
                try await publish([first], service)
                for watch in [one, other] { try await watch.waitForLast([first]) }
                try await publish([], service)
                for watch in [one, other] { try await watch.waitForLast([]) }
            }
        }
    }

    private func current(_ service: ServiceName) async -> Set<Endpoint>? {
        var watch = resolver.endpoints(of: service).makeAsyncIterator()
        return await watch.next()
    }

    /// An endpoint with its authority as ID, since not every source can hold another one.
    private static func endpoint(_ host: String, port: Int, weight: Int = 1) -> Endpoint {
        let authority = Endpoint(id: "", host: host, port: port).authority
        return Endpoint(id: authority, host: host, port: port, weight: weight)
    }
}

extension ServiceRegistry {
    /// Makes a set the registered one.
    package func replace(with endpoints: Set<Endpoint>, as service: ServiceName) async throws {
        var watch = self.endpoints(of: service).makeAsyncIterator()
        let registered = await watch.next() ?? []
        for endpoint in endpoints.subtracting(registered) { try await register(endpoint, as: service) }
        let gone = Set(registered.map(\.id)).subtracting(endpoints.map(\.id))
        for endpoint in registered where gone.contains(endpoint.id) { try await deregister(endpoint, from: service) }
    }
}
