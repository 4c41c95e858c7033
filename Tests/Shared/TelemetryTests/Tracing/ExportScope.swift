import Correlation
import Logging
import ServiceLifecycle
import Telemetry
import TestSupport
import Testing

/// A recorder, what an exporter counts and complains about, and how it works.
struct ExportScope {
    let recorder = SpanRecorder()
    let warnings = Tally()
    private let metrics = PrometheusRegistry()
    var settings = SpanExporter.Settings()

    /// Settings under which nothing but a full batch or the shutdown sends anything.
    static var patient: Self {
        var scope = Self()
        scope.settings.interval = .seconds(3600)
        scope.settings.finalLimit = .seconds(20)
        return scope
    }

    /// Settings under which spans and attempts follow one another at once.
    static var quick: Self {
        var scope = Self()
        scope.settings.interval = .milliseconds(5)
        scope.settings.firstPause = .milliseconds(1)
        return scope
    }

    /// Records spans whose names are numbers.
    ///
    /// An exporter that is at work may take them in several batches: what has to be one is recorded before.
    func record(_ numbers: Range<Int>) throws {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let trace = try #require(TraceContext(traceParent: header, traceState: nil))
        for number in numbers { recorder.record(trace, .server, "\(number)", taking: .zero) }
    }

    /// Runs an exporter to this address while `body` runs, then shuts it down gracefully and waits for its end.
    func exporting(to address: String, _ body: (ServiceGroup) async throws -> Void) async throws {
        let exporter = SpanExporter(
            to: address,
            resource: ["service.name": "tests"],
            from: recorder,
            settings: settings,
            metrics: metrics
        )
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [exporter], logger: .quiet))
        let logger = Logger(label: "tests") { [warnings] _ in CountingHandler(warnings: warnings) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await withLogger(logger) { _ in try await group.run() } }
            do {
                try await body(group)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Runs an exporter to this collector while `body` runs.
    func exporting(to collector: FakeCollector, _ body: @Sendable (ServiceGroup) async throws -> Void) async throws {
        try await collector.listening { port in try await exporting(to: "http://127.0.0.1:\(port)", body) }
    }

    /// How many spans the exporter has counted as sent.
    var exported: Int { value(of: "clowder_spans_exported_total") }

    /// How many spans the exporter has counted as lost for this reason.
    func dropped(_ reason: String) -> Int { value(of: "clowder_spans_dropped_total{reason=\"\(reason)\"}") }

    private func value(of series: String) -> Int {
        metrics.exposition().split(separator: "\n")
            .first { $0.hasPrefix("\(series) ") }
            .flatMap { Int($0.dropFirst(series.count + 1)) } ?? 0
    }
}

/// Counts what is wrong.
private struct CountingHandler: LogHandler {
    let warnings: Tally
    var metadataProvider: Logger.MetadataProvider?
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    init(warnings: Tally) {
        self.warnings = warnings
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        warnings.count()
    }
}
