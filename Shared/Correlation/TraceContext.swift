/// A position in a distributed trace, as W3C Trace Context (Level 1) defines it.
public struct TraceContext: Hashable, Sendable {
    /// The trace's ID: 32 lower-case hexadecimal digits.
    public let traceID: String
    /// The current span's ID: 16 lower-case hexadecimal digits.
    public let spanID: String
    /// Whether the caller records this trace.
    public let isSampled: Bool
    /// The vendors' part, passed on as it came; at most 512 bytes.
    public let traceState: String?

    /// The longest `tracestate` that is passed on, in bytes; a longer one is dropped whole.
    public static let maximumTraceStateBytes = 512

    /// Starts a new trace.
    public init(using generator: inout some RandomNumberGenerator) {
        traceID = HexadecimalID.make(bytes: 16, using: &generator)
        spanID = HexadecimalID.make(bytes: 8, using: &generator)
        isSampled = true
        traceState = nil
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
        isSampled = flags & 1 == 1
        self.traceState = traceState.flatMap { $0.isEmpty || $0.utf8.count > Self.maximumTraceStateBytes ? nil : $0 }
    }

    private init(parent: TraceContext, spanID: String) {
        traceID = parent.traceID
        self.spanID = spanID
        isSampled = parent.isSampled
        traceState = parent.traceState
    }

    /// The same trace with a span of its own below this one.
    public func child(using generator: inout some RandomNumberGenerator) -> Self {
        Self(parent: self, spanID: HexadecimalID.make(bytes: 8, using: &generator))
    }

    /// The `traceparent` header's value, version `00`.
    public var traceParent: String {
        "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")"
    }
}
