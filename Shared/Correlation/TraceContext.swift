/// A position in a distributed trace, as W3C Trace Context (Level 1) defines it.
public struct TraceContext: Hashable, Sendable {
    /// The trace's ID: 32 lower-case hexadecimal digits.
    public let traceID: String
    /// The current span's ID: 16 lower-case hexadecimal digits.
    public let spanID: String
    /// The ID of the span above it; nil where the trace begins, and where it was read.
    public let parentSpanID: String?
    /// Whether this trace is recorded.
    public let isSampled: Bool
    /// The vendors' part, passed on as it came; at most 512 bytes.
    public let traceState: String?

    /// The longest `tracestate` that is passed on, in bytes; a longer one is dropped whole.
    public static let maximumTraceStateBytes = 512

    /// Starts a new trace, which ``TraceSampling/current`` decides about.
    public init(using generator: inout some RandomNumberGenerator) {
        let id = HexadecimalID.make(bytes: 16, using: &generator)
        traceID = id
        spanID = HexadecimalID.make(bytes: 8, using: &generator)
        parentSpanID = nil
        isSampled = TraceSampling.current.samples(UInt64(id.suffix(16), radix: 16) ?? 0)
        traceState = nil
    }

    /// A place whose IDs are known to be well-formed.
    package init(traceID: String, spanID: String, below parent: TraceContext?, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        parentSpanID = parent?.spanID
        self.isSampled = isSampled
        traceState = parent?.traceState
    }

    /// Reads the headers of an incoming call; nil when `traceParent` is malformed, which starts a new trace.
    ///
    /// - Parameters:
    ///   - traceParent: The `traceparent` header; of versions above `00` the first four fields are read.
    ///   - traceState: The `tracestate` header.
    public init?(traceParent: String, traceState: String?) {
        let fields = traceParent.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, fields[0].utf8.count == 2, HexadecimalID.areDigits(fields[0]), fields[0] != "ff",
            fields[0] != "00" || fields.count == 4, HexadecimalID.isValid(fields[1], digits: 32),
            HexadecimalID.isValid(fields[2], digits: 16), fields[3].utf8.count == 2,
            HexadecimalID.areDigits(fields[3]), let flags = UInt8(fields[3], radix: 16)
        else { return nil }
        traceID = String(fields[1])
        spanID = String(fields[2])
        parentSpanID = nil
        isSampled = flags & 1 == 1
        self.traceState = traceState.flatMap { $0.isEmpty || $0.utf8.count > Self.maximumTraceStateBytes ? nil : $0 }
    }

    /// The same trace with a span of its own below this one.
    public func child(using generator: inout some RandomNumberGenerator) -> Self {
        let spanID = HexadecimalID.make(bytes: 8, using: &generator)
        return Self(traceID: traceID, spanID: spanID, below: self, isSampled: isSampled)
    }

    /// The `traceparent` header's value, version `00`.
    public var traceParent: String {
        "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")"
    }
}
