import AsyncHTTPClient
import CoreMetrics
public import Correlation
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
public import ServiceLifecycle

/// Sends the spans of a process to a collector: OTLP over HTTP, in JSON, in batches.
///
/// A batch goes out when ``Correlation/SpanRecorder/batchSize`` spans have come together, or after ``Settings/interval``. A
/// collector that is away or busy is asked again with growing pauses, or when it says; a batch that is not taken in
/// ``Settings/maximumAttempts`` is dropped. Meanwhile spans wait in the recorder, up to its capacity. At shutdown what is
/// left is sent, for as long as ``Settings/finalLimit``. Nothing of this is ever waited for by a request.
///
/// Source: OpenTelemetry Protocol 1.x, section OTLP/HTTP.
public struct SpanExporter: Service {
    /// How the exporter works.
    public struct Settings: Sendable {
        /// How long spans wait for others.
        public var interval = Duration.seconds(5)
        /// How long the collector may take to answer.
        public var timeout = Duration.seconds(10)
        /// The pause before the second attempt; it doubles with each further one.
        public var firstPause = Duration.seconds(1)
        /// The longest pause, also where the collector asks for a longer one.
        public var longestPause = Duration.seconds(30)
        /// How often a batch is sent before it is dropped.
        public var maximumAttempts = 6
        /// How long the last spans may take at shutdown.
        public var finalLimit = Duration.seconds(1)

        /// The defaults.
        public init() {}
    }

    /// What may succeed later, by the specification.
    private static let retriable = [429, 502, 503, 504]
    /// Of an answer, no more is read.
    private static let maximumAnswerBytes = 64 * 1024

    private enum Verdict {
        case taken(rejected: Int)
        case later(String, after: Duration?)
        case refused(String)
    }

    private let url: String
    private let resource: [String: String]
    private let recorder: SpanRecorder
    private let settings: Settings

    /// Creates an exporter; it connects when it has something to send.
    ///
    /// - Parameters:
    ///   - collector: The collector's address, such as `http://collector:4318`; `/v1/traces` is added to it.
    ///   - resource: What this process is, by the names of the semantic conventions, such as `service.name`.
    ///   - recorder: Where the spans come from.
    ///   - settings: How to work.
    public init(
        to collector: String,
        resource: [String: String],
        from recorder: SpanRecorder,
        settings: Settings = Settings()
    ) {
        url = collector + (collector.hasSuffix("/") ? "" : "/") + "v1/traces"
        self.resource = resource
        self.recorder = recorder
        self.settings = settings
    }

    /// Sends until graceful shutdown or cancellation, then what is left.
    public func run() async throws {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: .init(redirectConfiguration: .disallow, timeout: .init(connect: .seconds(1)))
        )
        await cancelWhenGracefulShutdown {
            // Ends by cancellation only; what could not be sent until then is sent below.
            while !Task.isCancelled {
                await waitForSpans()
                await send(with: client, attempts: settings.maximumAttempts)
            }
        }
        await sendLast(with: client)
        try await client.shutdown()
    }

    private func waitForSpans() async {
        await withTaskGroup { group in
            group.addTask { for await _ in recorder.batches { break } }
            // Throws on cancellation only, which ends the wait as well.
            group.addTask { try? await Task.sleep(for: settings.interval) }
            await group.next()
            group.cancelAll()
        }
    }

    private func sendLast(with client: HTTPClient) async {
        await withTaskGroup { group in
            group.addTask { await send(with: client, attempts: 1) }
            // Throws on cancellation only: everything was sent.
            group.addTask { try? await Task.sleep(for: settings.finalLimit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Sends whatever waits, a batch at a time.
    private func send(with client: HTTPClient, attempts: Int) async {
        while true {
            let (spans, dropped) = recorder.take()
            count(dropped, lost: "full")
            if spans.isEmpty { return }
            await send(spans, with: client, attempts: attempts)
        }
    }

    private func send(_ spans: [Span], with client: HTTPClient, attempts: Int) async {
        var pause = settings.firstPause
        for attempt in 1...attempts {
            switch await post(spans, with: client) {
            case .taken(let rejected):
                Counter(label: "clowder_spans_exported_total").increment(by: spans.count - rejected)
                return count(rejected, lost: "rejected")
            case .refused(let reason):
                Logger.current.warning("collector refuses spans; they are dropped", metadata: ["error": "\(reason)"])
                return count(spans.count, lost: "refused")
            case .later(let reason, let asked):
                if attempt == 1 {
                    Logger.current.warning("spans not exported; trying again", metadata: ["error": "\(reason)"])
                }
                guard attempt < attempts, !Task.isCancelled else { break }
                // Throws on cancellation only: then there is one attempt left, if any.
                try? await Task.sleep(for: min(max(pause, asked ?? .zero), settings.longestPause))
                pause = min(pause * 2, settings.longestPause)
            }
        }
        count(spans.count, lost: "undeliverable")
    }

    private func post(_ spans: [Span], with client: HTTPClient) async -> Verdict {
        do {
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers = ["content-type": "application/json", "user-agent": "clowder"]
            request.body = .bytes(try JSONEncoder().encode(TraceExport(spans, of: resource)))
            let timeout = TimeAmount.nanoseconds(Int64(settings.timeout / .nanoseconds(1)))
            let response = try await client.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: Self.maximumAnswerBytes)
            switch Int(response.status.code) {
            case 200..<300: return .taken(rejected: rejected(by: body))
            case let status where Self.retriable.contains(status):
                let seconds = response.headers.first(name: "retry-after").flatMap(Int.init)
                return .later("the collector answered \(status)", after: seconds.map { .seconds($0) })
            case let status: return .refused("the collector answered \(status)")
            }
        } catch {
            return .later("\(error)", after: nil)
        }
    }

    private func rejected(by body: ByteBuffer) -> Int {
        // An answer without a body, or another one, is a success as well.
        let answer = try? JSONDecoder().decode(TraceExportAnswer.self, from: Data(body.readableBytesView))
        guard let partial = answer?.partialSuccess, partial.rejectedSpans > 0 else { return 0 }
        Logger.current.warning("collector rejects spans", metadata: ["error": "\(partial.errorMessage)"])
        return partial.rejectedSpans
    }

    private func count(_ spans: Int, lost reason: String) {
        guard spans > 0 else { return }
        Counter(label: "clowder_spans_dropped_total", dimensions: [("reason", reason)]).increment(by: spans)
    }
}
