import HTTPEdge
import HTTPProxy
import HTTPTypes
import Resilience
import ServiceClient
import ServiceRuntime

/// The calls that go to a service without anybody looking at them here: public, read only, and without a body.
///
/// A request with an `Authorization` header is not among them, since its token is checked first; nor is one whose target
/// is written in a way that has to be refused or mended.
struct ProxiedRoutes: Sendable {
    private struct Entry {
        var pattern: PathPattern
        /// More literal patterns of any method, which hide this one from the paths that they match.
        var hiding: [PathPattern]
        var target: ProxyTarget
    }

    private let entries: [Entry]

    init(_ routes: [Route], access: AccessGuard, connections: ServiceConnections) {
        entries =
            routes
            .filter { $0.method == .get && $0.body == .none && access.isPublic($0.permission) }
            .map { route in
                let client = connections.client(for: route.service)
                return Entry(
                    pattern: route.pattern,
                    hiding: routes.map(\.pattern).filter { $0.isMoreLiteral(than: route.pattern) },
                    target: ProxyTarget(
                        route: route.pattern.description,
                        pool: client.pool,
                        budget: client.budget,
                        breaker: client.breaker,
                        priority: route.priority,
                        deadline: route.deadline
                    )
                )
            }
    }

    /// Where a request goes; nil when it has to be looked at.
    func target(of head: RequestHead, _ bytes: UnsafeRawBufferPointer) -> ProxyTarget? {
        guard head.method == .get, !head.fields.contains(where: { $0.kind == .authorization }) else { return nil }
        let target = UnsafeRawBufferPointer(rebasing: bytes[head.target])
        guard RequestTarget.isPlain(target) else { return nil }
        let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        let path = UnsafeRawBufferPointer(rebasing: target[..<end])
        let entry = entries.first { entry in
            entry.pattern.matches(path) && !entry.hiding.contains { $0.matches(path) }
        }
        return entry?.target
    }
}
