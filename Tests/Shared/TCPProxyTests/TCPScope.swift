import Discovery
import LoadBalancing
import NIOPosix
import Synchronization
import TCPProxy
import TestSupport

/// A TCP proxy on a free loopback port before replicas, and what became of its connections.
final class TCPScope: Sendable {
    private struct State {
        var reports: [TCPSessionReport] = []
        var port: Int?
    }

    let pool: EndpointPool
    private let state = Mutex(State())

    private init(_ endpoints: [Endpoint]) {
        let clock = ContinuousClock()
        let start = clock.now
        pool = EndpointPool(
            service: ServiceName(known: "echo"),
            policy: RoundRobin(),
            generator: SystemRandomNumberGenerator(),
            now: { start.duration(to: clock.now) }
        )
        pool.replace(with: Set(endpoints))
    }

    var reports: [TCPSessionReport] { state.withLock { $0.reports } }
    /// Connections that replicas have in hand, as the pool counts.
    var outstanding: Int { pool.snapshot.reduce(0) { $0 + $1.outstanding } }

    /// Runs `body` with a proxy before these endpoints, and the port that it listens on.
    static func with(
        _ endpoints: [Endpoint],
        limits: TCPLimits = TCPLimits(),
        _ body: (TCPScope, TCPProxy, Int) async throws -> Void
    ) async throws {
        let scope = TCPScope(endpoints)
        let proxy = TCPProxy(TCPRoute(pool: scope.pool, limits: limits)) { report in
            scope.state.withLock { $0.reports.append(report) }
        }
        let running = Task {
            try await proxy.run(host: "127.0.0.1", port: 0) { port in scope.state.withLock { $0.port = port } }
        }
        defer { running.cancel() }
        let port = try await eventually("the proxy listens") { scope.state.withLock { $0.port } }
        try await body(scope, proxy, port)
        running.cancel()
        try await running.value
        try await eventually("every connection is given back", holds: { proxy.sessionCount == 0 })
    }
}
