import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps the spans of a process until somebody takes them away, at most ``capacity`` of them.
///
/// Recording never waits: what is over the limit is dropped and counted. Spans of traces that are not sampled are not
/// kept.
public final class SpanRecorder: Sendable {
    /// The most spans that wait to be taken.
    public static let capacity = 2048
    /// So many are taken at a time.
    public static let batchSize = 512

    /// Where spans of this task, and those below it, are recorded; nil where nobody wants them.
    @TaskLocal public static var current: SpanRecorder?

    private struct State {
        var spans: [Span] = []
        var dropped = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> UInt64
    private let fullBatch = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Creates a recorder without spans.
    ///
    /// - Parameter now: Nanoseconds since 1970.
    public init(now: @escaping @Sendable () -> UInt64 = SpanRecorder.systemTime) {
        self.now = now
    }

    /// Records an operation that has just ended.
    ///
    /// - Parameters:
    ///   - trace: Its place in the trace.
    ///   - kind: Its place among the operations of others.
    ///   - name: What was done, of few different words.
    ///   - duration: How long it took.
    ///   - attributes: Details, made only if they are wanted.
    ///   - failure: What went wrong, for people; nil where nothing did.
    public func record(
        _ trace: TraceContext?,
        _ kind: Span.Kind,
        _ name: @autoclosure () -> String,
        taking duration: Duration,
        attributes: @autoclosure () -> [String: Span.Value] = [:],
        failure: @autoclosure () -> String? = nil
    ) {
        guard let trace, trace.isSampled else { return }
        let end = now()
        // What takes longer than 292 years is cut off there.
        let (seconds, attoseconds) = min(max(duration, .zero), .nanoseconds(Int64.max)).components
        let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
        let span = Span(
            trace: trace,
            name: name(),
            kind: kind,
            start: end - min(nanoseconds, end),
            end: end,
            attributes: attributes(),
            failure: failure()
        )
        let isBatch = state.withLock { state in
            guard state.spans.count < Self.capacity else {
                state.dropped += 1
                return false
            }
            state.spans.append(span)
            return state.spans.count == Self.batchSize
        }
        if isBatch { fullBatch.continuation.yield() }
    }

    /// Takes the oldest spans away, at most ``batchSize``, and tells how many were dropped since it was last asked.
    public func take() -> (spans: [Span], dropped: Int) {
        state.withLock { state in
            let batch = Array(state.spans.prefix(Self.batchSize))
            state.spans.removeFirst(batch.count)
            defer { state.dropped = 0 }
            return (batch, state.dropped)
        }
    }

    /// Tells each time that a batch has come together; for one listener, and over when that one is cancelled.
    public var batches: AsyncStream<Void> { fullBatch.stream }

    /// The system's clock, in nanoseconds since 1970.
    public static func systemTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
