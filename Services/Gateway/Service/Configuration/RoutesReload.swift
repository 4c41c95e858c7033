import Discovery
import Logging
import Metrics
import ServiceRuntime
import StructuredLogging

/// Reads the routes again, and puts them in force if nothing is wrong with them.
struct RoutesReload: Sendable {
    let configuration: GatewayConfiguration
    let routing: Routing
    /// Makes of routes what requests are looked up in.
    let prepare: @Sendable ([Route]) -> Routing.Snapshot

    /// Counted in `clowder_configuration_reloads_total`, by `outcome`.
    func run() {
        do {
            let routes = try configuration.reloadRoutes()
            routing.replace(with: prepare(routes))
            Logger.current.notice("routes reloaded", metadata: [LogKey.count: .stringConvertible(routes.count)])
            count("reloaded")
        } catch {
            Logger.current.error(
                "routes not reloaded; those before stay in force",
                metadata: [LogKey.error: "\(error)"]
            )
            count("refused")
        }
    }

    private func count(_ outcome: String) {
        Counter(label: "clowder_configuration_reloads_total", dimensions: [("outcome", outcome)]).increment()
    }
}
