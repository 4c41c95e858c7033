#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Stand-ins beside the `search` processes of a stack, or in their place.
struct StandIns: Sendable {
    private static let limit = Duration.seconds(30)

    let replicas: [StandInReplica]

    init(_ count: Int, _ behaviour: StandInReplica.Behaviour) {
        replicas = (1...count).map { StandInReplica(id: "stand-in-\($0)", behaviour) }
    }

    /// Requests that have come to any of them.
    var calls: Int { replicas.reduce(0) { $0 + $1.calls } }

    func behave(_ behaviour: StandInReplica.Behaviour) {
        for replica in replicas { replica.behave(behaviour) }
    }

    /// Joins the stack, and waits until each has had a request.
    func join(_ stack: LocalStack) async throws {
        for replica in replicas { try await stack.register(replica) }
        let probe = SearchProbe(gateway: GatewayClient(baseURL: stack.gatewayURL))
        try await wait("the stand-ins got no request") {
            _ = await probe.send(0)
            return replicas.allSatisfy { $0.calls > 0 }
        }
    }

    /// Joins the stack, and takes the `search` processes out of it in order; they must not be started again.
    func replaceSearch(of stack: LocalStack) async throws {
        try await join(stack)
        let names = stack.processNames.filter { $0.hasPrefix("search-") }
        for name in names { stack.signal(name, SIGTERM) }
        try await wait("the search processes did not end") { names.allSatisfy { stack.processID(of: $0) == nil } }
    }

    func stop() async throws {
        for replica in replicas { try await replica.stop() }
    }

    private func wait(_ failure: String, until condition: () async -> Bool) async throws {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: Self.limit)
        while await !condition() {
            guard clock.now < end else { throw StackFailure(failure) }
            try await clock.sleep(for: .milliseconds(10))
        }
    }
}
