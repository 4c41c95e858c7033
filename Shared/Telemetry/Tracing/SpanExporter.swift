import AsyncHTTPClient
public import CoreMetrics
public import Correlation
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
public import ServiceLifecycle

/// Sends the spans of a process to a collector: OTLP over HTTP, in JSON, in batches.
///
/// A batch goes out when ``Correlation/SpanRecorder/batchSize`` spans have come together; what there is goes out every
/// ``Settings/interval``. A collector that is away or busy is asked again with growing pauses, or when it says; a batch
/// that is not taken in ``Settings/maximumAttempts`` is dropped. Meanwhile spans wait in the recorder, up to its capacity.
/// At shutdown what is left is sent, for as long as ``Settings/finalLimit``; what is lost is counted. Nothing of this is
/// ever waited for by a request.
///
/// A batch may arrive twice when its answer gets lost. Source: OpenTelemetry Protocol 1.x, section OTLP/HTTP.
public struct SpanExporter: Service {
    /// How the exporter works.
    public struct Settings: Sendable {
        /// How long spans wait for others.
        public var interval = Duration.seconds(5)
        /// How long the collector may take to answer, and may be silent within its answer.
        public var timeout = Duration.seconds(10)
        /// The pause before the second attempt; it doubles with each further one, and is cut by up to a half at random.
        public var firstPause = Duration.seconds(1)
        /// The longest pause, also where the collector asks for a longer one.
        public var longestPause = Duration.seconds(30)
        /// How often a batch is sent before it is dropped.
        public var maximumAttempts = 6
        /// How long the last spans may take at shutdown.
        public var finalLimit = Duration.seconds(1)

        /// The defaults.
        public init() {}

        /// The pause after this attempt, counted from 1; not shorter than the collector asked, where that is allowed.
        ///
        /// Chance keeps many processes from coming back to a collector together.
        func pause(
            afterAttempt attempt: Int,
            asked: Duration?,
            using generator: inout some RandomNumberGenerator
        ) -> Duration {
            // Beyond 2³⁰ times the first pause any longest one is reached.
            let pause = min(firstPause * (1 << min(attempt - 1, 30)), longestPause)
            let cut = pause * Double.random(in: 0.5...1, using: &generator)
            return min(max(cut, asked ?? .zero), longestPause)
        }
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
    private let metrics: any MetricsFactory

    /// Creates an exporter; it connects when it has something to send.
    ///
    /// - Parameters:
    ///   - collector: The collector's address, such as `http://collector:4318`; `/v1/traces` is added to it.
    ///   - resource: What this process is, by the names of the semantic conventions, such as `service.name`.
    ///   - recorder: Where the spans come from.
    ///   - settings: How to work.
    ///   - metrics: Where it counts what it sends and loses.
    public init(
        to collector: String,
        resource: [String: String],
        from recorder: SpanRecorder,
        settings: Settings = Settings(),
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        url = collector + (collector.hasSuffix("/") ? "" : "/") + "v1/traces"
        self.resource = resource
        self.recorder = recorder
        self.settings = settings
        self.metrics = metrics
    }

    /// Sends until graceful shutdown, then what is left; at cancellation that is lost.
    public func run() async throws {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: .init(
                redirectConfiguration: .disallow,
                timeout: .init(connect: .seconds(1), read: Self.nio(settings.timeout))
            )
        )
        await withTaskGroup { group in
            group.addTask { await export(with: client) }
            group.addTask {
                // Throws on cancellation only, which ends the wait below as well.
                try? await gracefulShutdown()
                // Throws on cancellation only: everything was sent, or may not be.
                try? await Task.sleep(for: settings.finalLimit)
            }
            await group.next()
            group.cancelAll()
        }
        try await client.shutdown()
    }

    private func export(with client: HTTPClient) async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup { group in
            group.addTask {
                await cancelWhenGracefulShutdown {
                    // Throws on cancellation only, which is the end.
                    while (try? await Task.sleep(for: settings.interval)) != nil { wake.yield() }
                }
                wake.finish()
            }
            // One listener for good: a stream whose listener is cancelled ends for whoever listens next.
            group.addTask { for await _ in recorder.batches { wake.yield() } }
            for await _ in wakes {
                // After less than a batch the next one is waited for: a busy process does not send its spans one by one.
                while await sendBatch(with: client) == SpanRecorder.batchSize, !Task.isShuttingDownGracefully {}
            }
            group.cancelAll()
        }
        while await sendBatch(with: client) > 0 {}
    }

    /// Sends the oldest spans, and tells how many there were.
    private func sendBatch(with client: HTTPClient) async -> Int {
        let (spans, dropped) = recorder.take()
        count(dropped, lost: "full")
        if !spans.isEmpty { await send(spans, with: client) }
        return spans.count
    }

    private func send(_ spans: [Span], with client: HTTPClient) async {
        var attempt = 1
        while true {
            let isLast = attempt >= settings.maximumAttempts || Task.isShuttingDownGracefully || Task.isCancelled
            switch await post(spans, with: client) {
            case .taken(let rejected):
                Counter(label: "clowder_spans_exported_total", factory: metrics).increment(by: spans.count - rejected)
                return count(rejected, lost: "rejected")
            case .refused(let reason):
                Logger.current.warning("collector refuses spans; they are dropped", metadata: ["error": "\(reason)"])
                return count(spans.count, lost: "refused")
            case .later(let reason, _) where isLast:
                Logger.current.warning("spans not exported; they are dropped", metadata: ["error": "\(reason)"])
                return count(spans.count, lost: "undeliverable")
            case .later(let reason, let asked):
                if attempt == 1 {
                    Logger.current.warning("spans not exported; trying again", metadata: ["error": "\(reason)"])
                }
                await rest(afterAttempt: attempt, asked: asked)
                attempt += 1
            }
        }
    }

    /// Waits before the next attempt; shutdown cuts it short.
    private func rest(afterAttempt attempt: Int, asked: Duration?) async {
        var generator = SystemRandomNumberGenerator()
        let pause = settings.pause(afterAttempt: attempt, asked: asked, using: &generator)
        // Throws when it is cut short: then there is one attempt left.
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }

    private func post(_ spans: [Span], with client: HTTPClient) async -> Verdict {
        do {
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers = ["content-type": "application/json", "user-agent": "clowder"]
            request.body = .bytes(try JSONEncoder().encode(TraceExport(spans, of: resource)))
            let response = try await client.execute(request, timeout: Self.nio(settings.timeout))
            // The status says what became of the spans, whether or not the rest can be read.
            let body = try? await response.body.collect(upTo: Self.maximumAnswerBytes)
            switch Int(response.status.code) {
            case 200..<300: return .taken(rejected: rejected(by: body, of: spans.count))
            case let status where Self.retriable.contains(status):
                let seconds = response.headers.first(name: "retry-after").flatMap(Int.init)
                return .later("the collector answered \(status)", after: seconds.map { .seconds($0) })
            case let status: return .refused("the collector answered \(status)")
            }
        } catch {
            return .later("\(error)", after: nil)
        }
    }

    /// How many of the spans were not taken; a collector may complain without rejecting any.
    private func rejected(by body: ByteBuffer?, of count: Int) -> Int {
        // An answer without a body, or with another one, is a success as well.
        let answer = try? JSONDecoder().decode(
            TraceExportAnswer.self,
            from: Data((body ?? ByteBuffer()).readableBytesView)
        )
        guard let partial = answer?.partialSuccess else { return 0 }
        let rejected = min(max(partial.rejectedSpans, 0), count)
        if rejected > 0 || !partial.errorMessage.isEmpty {
            Logger.current.warning(
                "collector complains about spans",
                metadata: ["error": "\(partial.errorMessage)", "rejected": .stringConvertible(rejected)]
            )
        }
        return rejected
    }

    private func count(_ spans: Int, lost reason: String) {
        guard spans > 0 else { return }
        Counter(label: "clowder_spans_dropped_total", dimensions: [("reason", reason)], factory: metrics)
            .increment(by: spans)
    }

    private static func nio(_ duration: Duration) -> TimeAmount {
        .nanoseconds(Int64(duration / .nanoseconds(1)))
    }
}
