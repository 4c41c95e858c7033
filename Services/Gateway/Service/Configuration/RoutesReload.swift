import Logging
import Metrics
import ServiceRuntime
import StructuredLogging

/// Reads the file again, and puts it in force if nothing is wrong with it.
struct RoutesReload: Sendable {
    let configuration: GatewayConfiguration
    let routing: Routing
    let maker: SnapshotMaker
    let listeners: TCPListeners

    /// Counted in `clowder_configuration_reloads_total`, by `outcome`.
    func run() {
        do {
            let contents = try configuration.reload()
            try listeners.listen(on: contents.tcpRoutes)
            routing.replace(with: maker.make(contents, after: routing.current))
            Logger.current.notice(
                "routes reloaded",
                metadata: [LogKey.count: .stringConvertible(contents.routes.count)]
            )
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
