import Discovery
import Logging
import Metrics
import NIOCore
import ServiceClient
import ServiceRuntime
import StructuredLogging
import TCPProxy

/// Listens on the port of a TCP route until it is cancelled, when it resets what connections are left.
struct TCPListener: Sendable {
    let setting: TCPRouteSetting
    let host: String
    let proxy: TCPProxy
    private let logger: Logger

    init(_ setting: TCPRouteSetting, host: String, connections: ServiceConnections, logger: Logger) {
        self.setting = setting
        self.host = host
        let service = "\(setting.service)"
        self.logger = logger
        let route = TCPRoute(pool: connections.client(for: setting.service).pool, limits: setting.limits)
        proxy = TCPProxy(route) { Self.record($0, service, logger) }
    }

    /// The port cannot be listened on.
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    func run() async throws {
        do {
            try await listen()
        } catch let error as IOError {
            throw Failure(
                description:
                    "cannot listen on \(host):\(setting.port) for the TCP route to \(setting.service): \(error)"
            )
        }
    }

    private func listen() async throws {
        try await proxy.run(host: host, port: setting.port) { port in
            logger.info(
                "tcp route listening",
                metadata: [LogKey.address: "\(host):\(port)", LogKey.peer: "\(setting.service)"]
            )
        }
    }

    /// One line and one count a connection: `clowder_tcp_connections_total`, by `service` and `outcome`.
    private static func record(_ report: TCPSessionReport, _ service: String, _ logger: Logger) {
        Counter(
            label: "clowder_tcp_connections_total",
            dimensions: [("service", service), ("outcome", report.outcome.rawValue)]
        ).increment()
        logger.info(
            "tcp connection ended",
            metadata: [
                LogKey.peer: "\(service)", LogKey.outcome: "\(report.outcome.rawValue)",
                LogKey.address: "\(report.peer ?? "unknown")",
                "replica": "\(report.replica?.authority ?? "none")",
                "bytes.received": .stringConvertible(report.received), "bytes.sent": .stringConvertible(report.sent),
                LogKey.duration: .stringConvertible((report.duration / .milliseconds(1)).rounded()),
            ]
        )
    }
}
