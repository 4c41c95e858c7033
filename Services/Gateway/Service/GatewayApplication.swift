import HTTPEdge
import Hummingbird
import MailWorkerContract
import Resilience
import SearchContract
package import ServiceRuntime
import UsersContract

/// Builds the gateway: the public API's routes before the services that answer them.
///
/// - Parameters:
///   - connections: The clients of the services.
///   - access: Who may do what.
/// - Returns: The responder, the connections as its background work, and their check as its readiness.
package func makeGatewayApplication(
    connections: ServiceConnections,
    access: AccessGuard
) -> ServiceParts<GatewayResponder> {
    let table = RouteTable(PublicAPI.routes)
    let responder = GatewayResponder(
        table: table,
        pages: Pages(),
        access: access,
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
        }
    )
}
