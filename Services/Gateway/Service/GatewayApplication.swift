package import FoundationEssentials
import HTTPEdge
import HTTPProxy
import Hummingbird
import Logging
import NIOCore
import Resilience
package import ServiceRuntime

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
    let prepare = { @Sendable (routes: [Route]) in
        Routing.Snapshot(
            table: RouteTable(routes),
            proxied: ProxiedRoutes(routes, access: access, connections: connections)
        )
    }
    let routing = Routing(prepare(configuration.file.routes))
    let reload = RoutesReload(configuration: configuration, routing: routing, prepare: prepare)
    let start = clock.now
    let limits = GatewayLimits(configuration) { start.duration(to: clock.now) }
    let concurrency = configuration.concurrency.map { policy in
        let journal = ConcurrencyJournal(limit: policy.initialLimit, logger: Logger.current)
        return SharedConcurrencyLimit(policy: policy, from: start, onChange: journal.record)
    }
    let responder = GatewayResponder(
        routing: routing,
        pages: Pages(),
        access: access,
        limits: limits,
        throttle: concurrency.map { Throttle(limit: $0, clock: clock) },
        forwarder: Forwarder(connections: connections)
    )
    return ServiceParts(
        responder: ServiceResponder(
            responder,
            // Whatever matches no route is refused long before any deadline.
            deadlines: .edge { request in
                routing.current.table.route(request.method, path: request.uri.path)?.deadline ?? Deadline.edgeDefault
            }
        ),
        background: [connections, HangUpSignal(reload.run)]
            + configuration.file.tcpRoutes.map { TCPListener($0, host: configuration.host, connections: connections) },
        checks: [connections.check],
        limits: EdgeLimits(),
        isStream: { routing.current.table.route($0, path: $1)?.isStream ?? false },
        makeShortcut: makeProxy(routing, limits, concurrency, now)
    )
}

/// The way of requests that nobody has to look at: on one event loop from the client to the replica and back.
private func makeProxy(
    _ routing: Routing,
    _ limits: GatewayLimits,
    _ concurrency: SharedConcurrencyLimit?,
    _ now: @escaping @Sendable () -> Date
) -> @Sendable (any EventLoop) -> any EdgeShortcut {
    let configuration = ProxyConfiguration(
        target: { head, bytes, _ in routing.current.proxied.target(of: head, bytes) },
        admit: { limits.admission(from: $0) },
        concurrency: concurrency,
        fail: { failure, id in
            switch failure {
            case .unavailable(let service): Problem.serviceSilent(service).edgeAnswer(correlationID: id)
            case .busy(let service): Problem.serviceBusy(service).edgeAnswer(correlationID: id)
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
