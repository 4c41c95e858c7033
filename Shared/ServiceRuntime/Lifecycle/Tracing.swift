import Correlation
import Discovery
import ServiceLifecycle
import Telemetry

/// What a process does about spans, as its settings say.
struct Tracing {
    private let recorder: SpanRecorder?
    private let sampling: TraceSampling
    /// Sends the spans away; nothing where none are recorded.
    let background: [any Service]

    init(_ settings: Settings, service: ServiceName, instanceID: String, version: String) {
        sampling = TraceSampling(percent: settings.integer("tracing.percent"))
        let collector = settings.text("tracing.url")
        guard !collector.isEmpty else {
            recorder = nil
            background = []
            return
        }
        let recorder = SpanRecorder()
        self.recorder = recorder
        let resource = [
            "service.namespace": "clowder", "service.name": "\(service)", "service.instance.id": instanceID,
            "service.version": version,
        ]
        background = [SpanExporter(to: collector, resource: resource, from: recorder)]
    }

    /// Runs `body`, and whatever it starts, with the recorder and the sampling in force.
    func bound<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await SpanRecorder.$current.withValue(recorder) {
            try await TraceSampling.$current.withValue(sampling) {
                try await body()
            }
        }
    }
}
