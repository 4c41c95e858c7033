import Discovery
import FoundationEssentials
import Hummingbird
import Metrics
import NIOCore
import Telemetry

/// The operations listener's routes: `/livez`, `/readyz`, `/metrics`, `/info`, `/connections` and `/upstreams`.
///
/// `/upstreams.txt` is the same as a table of plain text, for `watch`.
struct OperationsRoutes: Sendable {
    let readiness: Readiness
    let metrics: PrometheusRegistry
    let connections: ConnectionTracker
    let upstreams: @Sendable () -> [UpstreamSource]
    let information: ProcessInformation

    private struct Liveness: Encodable {
        var status = "alive"
    }

    private struct ReadinessReport: Encodable {
        var status: String
        var phase: String
        var checks: [Readiness.Finding]
    }

    private struct ConnectionReport: Encodable {
        var connections: [ConnectionTracker.Connection]
    }

    func router() -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self)
        router.get("livez") { _, _ in JSONReply.make(Liveness()) }
        router.get("readyz") { _, _ in await readinessReport() }
        router.get("metrics") { _, _ in
            Gauge(label: "clowder_http_requests_in_flight", dimensions: [], factory: metrics)
                .record(connections.inFlight)
            return Response(
                status: .ok,
                headers: [.contentType: PrometheusRegistry.contentType],
                body: .init(byteBuffer: ByteBuffer(string: metrics.exposition() + ProcessMetrics.exposition()))
            )
        }
        router.get("info") { _, _ in
            var information = information
            information.uptimeSeconds = Int(Date().timeIntervalSince(information.startedAt))
            return JSONReply.make(information)
        }
        router.get("connections") { _, _ in
            JSONReply.make(ConnectionReport(connections: connections.snapshot))
        }
        router.get("upstreams") { _, _ in
            JSONReply.make(UpstreamReport(upstreams()))
        }
        router.get("upstreams.txt") { _, _ in
            let report = UpstreamReport(upstreams())
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: report.table))
            )
        }
        return router
    }

    private func readinessReport() async -> Response {
        let findings = await readiness.findings()
        let phase = readiness.phase
        let isReady = phase == .serving && findings.allSatisfy(\.ok)
        return JSONReply.make(
            ReadinessReport(status: isReady ? "ready" : "not-ready", phase: phase.rawValue, checks: findings),
            status: isReady ? .ok : .serviceUnavailable
        )
    }
}
