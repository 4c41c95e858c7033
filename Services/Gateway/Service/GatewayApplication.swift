package import FoundationEssentials
import HTTPEdge
import HTTPProxy
import Hummingbird
import Logging
import MailWorkerContract
import NIOCore
import Resilience
import SearchContract
package import ServiceRuntime
import UsersContract

/// Builds the gateway: the public API's routes before the services that answer them.
///
/// - Parameters:
///   - configuration: The settings.
///   - connections: The clients of the services.
///   - access: Who may do what.
///   - clock: The clock of rate limits.
///   - now: The wall clock.
/// - Returns: The responder, the connections as its background work, and their check as its readiness.
package func makeGatewayApplication(
    configuration: GatewayConfiguration,
    connections: ServiceConnections,
    access: AccessGuard,
    clock: ContinuousClock,
    now: @escaping @Sendable () -> Date
) -> ServiceParts<GatewayResponder> {
    let table = RouteTable(PublicAPI.routes)
    let start = clock.now
    let limits = GatewayLimits(configuration) { start.duration(to: clock.now) }
    let concurrency = configuration.concurrency.map { policy in
        let journal = ConcurrencyJournal(limit: policy.initialLimit, logger: Logger.current)
        return SharedConcurrencyLimit(policy: policy, from: start, onChange: journal.record)
    }
    let responder = GatewayResponder(
        table: table,
        pages: Pages(),
        access: access,
        limits: limits,
        throttle: concurrency.map { Throttle(limit: $0, clock: clock) },
        forwarder: Forwarder(connections: connections)
    )
    return ServiceParts(
        responder: ServiceResponder(
            responder,
            deadlines: .edge { request in
                // Whatever matches no route is refused long before any deadline.
                guard case .route(let route) = try? table.match(request.method, path: request.uri.path) else {
                    return Deadline.edgeDefault
                }
                return route.deadline
            }
        ),
        background: [connections],
        checks: [connections.check],
        limits: EdgeLimits(),
        isStream: { method, path in
            // As above.
            guard case .route(let route) = try? table.match(method, path: path) else { return false }
            return route.isStream
        },
        makeShortcut: makeProxy(connections, access, limits, concurrency, now)
    )
}

/// The way of requests that nobody has to look at: on one event loop from the client to the replica and back.
private func makeProxy(
    _ connections: ServiceConnections,
    _ access: AccessGuard,
    _ limits: GatewayLimits,
    _ concurrency: SharedConcurrencyLimit?,
    _ now: @escaping @Sendable () -> Date
) -> @Sendable (any EventLoop) -> any EdgeShortcut {
    let routes = ProxiedRoutes(PublicAPI.routes, access: access, connections: connections)
    let configuration = ProxyConfiguration(
        target: { head, bytes in routes.target(of: head, bytes) },
        admit: { limits.admission(from: $0) },
        concurrency: concurrency,
        fail: { failure, id in
            switch failure {
            case .unavailable(let service): Problem.serviceSilent(service).edgeAnswer(correlationID: id)
            case .deadlineExceeded: Problem.deadlineExceeded.edgeAnswer(correlationID: id)
            case .shed(let retryAfter): Problem.shed(retryAfter: retryAfter).edgeAnswer(correlationID: id)
            }
        },
        observer: ProxyJournal(logger: Logger.current),
        wallClock: { Int(now().timeIntervalSince1970) }
    )
    let loops = LoopLocal { ProxyLoop(configuration: configuration, eventLoop: $0) }
    return { loops.value(on: $0).makeExchange() }
}
