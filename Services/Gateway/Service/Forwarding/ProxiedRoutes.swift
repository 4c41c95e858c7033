import Discovery
import HTTPEdge
import HTTPProxy
import HTTPTypes
import NIOCore
import Resilience
import ServiceClient
import ServiceRuntime

/// The calls that go to a service without anybody looking at them here: public, read only, and without a body.
///
/// A request with an `Authorization` header is not among them, since its token is checked first; nor is one whose target
/// is written in a way that has to be refused or mended.
struct ProxiedRoutes: Sendable {
    private enum Choice {
        case one(ProxyTarget)
        case arms(Experiments.Experiment, [String: ProxyTarget])

        func target(for peer: String?) -> ProxyTarget? {
            switch self {
            case .one(let target): target
            case .arms(let experiment, let targets): targets[experiment.name(of: peer)]
            }
        }
    }

    private struct Entry {
        var pattern: PathPattern
        /// More literal patterns of any method, which hide this one from the paths that they match.
        var hiding: [PathPattern]
        var choice: Choice
    }

    private let entries: [Entry]

    init(
        _ contents: RoutesFile.Contents,
        access: AccessGuard,
        connections: ServiceConnections,
        limits: GatewayLimits,
        concurrency: SharedConcurrencyLimit?,
        caches: AnswerCaches,
        experiments: Experiments
    ) {
        let hedging = Set(contents.upstreams.filter { $0.hedging == .afterQuantile }.map(\.service))
        func target(_ route: Route, _ arm: Experiments.Arm?) -> ProxyTarget {
            let service = arm?.service ?? route.service
            let client = connections.client(for: service)
            return ProxyTarget(
                route: route.pattern.description,
                upstream: ProxyUpstream(
                    pool: client.pool,
                    budget: client.budget,
                    breaker: client.breaker,
                    bulkhead: client.bulkhead,
                    hedges: hedging.contains(service) ? SharedHedge(budget: client.budget) : nil
                ),
                priority: route.priority,
                deadline: route.deadline,
                admit: { limits.admission(from: $0, under: route.limit) },
                concurrency: concurrency,
                cache: caches.cache(route.cache),
                variant: arm?.variant
            )
        }
        let routes = contents.routes
        entries =
            routes
            .filter { $0.method == .get && $0.body == .none && access.isPublic($0.permission) }
            .map { route in
                let choice =
                    experiments.experiment(route.variant).map { experiment in
                        Choice.arms(experiment, experiment.arms.mapValues { target(route, $0) })
                    } ?? .one(target(route, nil))
                return Entry(
                    pattern: route.pattern,
                    hiding: routes.map(\.pattern).filter { $0.isMoreLiteral(than: route.pattern) },
                    choice: choice
                )
            }
    }

    /// Where a request of a client with this address goes; nil when it has to be looked at.
    func target(of head: RequestHead, _ bytes: UnsafeRawBufferPointer, from peer: String?) -> ProxyTarget? {
        guard head.method == .get, !head.fields.contains(where: { $0.kind == .authorization }) else { return nil }
        let target = UnsafeRawBufferPointer(rebasing: bytes[head.target])
        guard RequestTarget.isPlain(target) else { return nil }
        let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        let path = UnsafeRawBufferPointer(rebasing: target[..<end])
        let entry = entries.first { entry in
            entry.pattern.matches(path) && !entry.hiding.contains { $0.matches(path) }
        }
        return entry?.choice.target(for: peer)
    }
}
