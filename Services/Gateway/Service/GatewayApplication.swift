import Correlation
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
/// - Returns: The responder, and the connections as its background work.
package func makeGatewayApplication(
    configuration: GatewayConfiguration,
    connections: ServiceConnections,
    access: AccessGuard,
    clock: ContinuousClock,
    now: @escaping @Sendable () -> Date
) -> ServiceParts<GatewayResponder> {
    let start = clock.now
    let engines = SharedEngines(configuration)
    let maker = SnapshotMaker(
        access: access,
        connections: connections,
        counters: LimitCounters(
            sharing: engines.counters,
            logger: Logger.current,
            now: { start.duration(to: clock.now) }
        ),
        answers: engines.answers,
        clock: clock,
        start: start,
        logger: Logger.current
    )
    let routing = Routing(maker.make(configuration.file))
    let listeners = TCPListeners(
        configuration.file.tcpRoutes,
        host: configuration.host,
        connections: connections,
        logger: Logger.current
    )
    let reload = RoutesReload(configuration: configuration, routing: routing, maker: maker, listeners: listeners)
    let responder = GatewayResponder(
        routing: routing,
        pages: Pages(),
        access: access,
        forwarder: Forwarder(connections: connections),
        clock: clock
    )
    return ServiceParts(
        responder: ServiceResponder(
            responder,
            // Whatever matches no route is refused long before any deadline.
            deadlines: .edge { request in
                routing.current.table.route(request.method, path: request.uri.path)?.deadline ?? Deadline.edgeDefault
            },
            mapError: GatewayErrors.problem
        ),
        background: [connections] + engines.background + [HangUpSignal(reload.run), listeners],
        checks: [],
        limits: EdgeLimits(),
        isStream: { routing.current.table.route($0, path: $1)?.isStream ?? false },
        makeShortcut: makeProxy(routing, now)
    )
}

/// The way of requests that nobody has to look at: on one event loop from the client to the replica and back.
private func makeProxy(
    _ routing: Routing,
    _ now: @escaping @Sendable () -> Date
) -> @Sendable (any EventLoop) -> any EdgeShortcut {
    let configuration = ProxyConfiguration(
        target: { head, bytes, peer in routing.current.proxied.target(of: head, bytes, from: peer) },
        fail: { failure, id in
            switch failure {
            case .unavailable(let service): Problem.serviceSilent(service).edgeAnswer(correlationID: id)
            case .busy(let service): GatewayErrors.serviceBusy(service).edgeAnswer(correlationID: id)
            case .deadlineExceeded: Problem.deadlineExceeded.edgeAnswer(correlationID: id)
            case .shed(let retryAfter): Problem.shed(retryAfter: retryAfter).edgeAnswer(correlationID: id)
            }
        },
        observer: ProxyJournal(logger: Logger.current, spans: SpanRecorder.current),
        wallClock: { Int(now().timeIntervalSince1970) },
        sampling: TraceSampling.current
    )
    let loops = LoopLocal { ProxyLoop(configuration: configuration, eventLoop: $0) }
    return { loops.value(on: $0).makeExchange() }
}
