import Correlation
import HTTPEdge
import NIOCore

/// Correlation ID and trace of one request, as it brought them or as it is given them.
///
/// What is made here stays a few words until somebody wants a text.
struct ProxyIDs {
    private var brought: CorrelationID?
    private var trace: TraceContext?
    private let made: (UInt64, UInt64, UInt64, UInt64)
    private let span: UInt64
    let isSampled: Bool

    init(
        _ head: RequestHead,
        _ bytes: UnsafeRawBufferPointer,
        random: inout RandomWords,
        sampling: TraceSampling
    ) {
        made = (random.word(), random.word(), random.word(), random.word())
        span = random.word()
        var traceParent: String?
        var traceState: String?
        for field in head.fields {
            switch field.kind {
            case .correlationID: brought = CorrelationID(String(decoding: bytes[field.value], as: UTF8.self))
            case .traceParent:
                traceParent = Self.joined(traceParent, String(decoding: bytes[field.value], as: UTF8.self))
            case .traceState: traceState = Self.joined(traceState, String(decoding: bytes[field.value], as: UTF8.self))
            default: break
            }
        }
        trace = traceParent.flatMap { TraceContext(traceParent: $0, traceState: traceState) }
        isSampled = trace?.isSampled ?? sampling.samples(made.3)
    }

    /// Lines of one field are one list (RFC 9110 section 5.3); a second `traceparent` makes it none.
    private static func joined(_ list: String?, _ value: String) -> String {
        list.map { "\($0), \(value)" } ?? value
    }

    /// Writes the fields of the request to the service.
    func writeFields(to buffer: inout ByteBuffer) {
        writeCorrelationID(to: &buffer)
        buffer.writeStaticString("traceparent: 00-")
        writeTraceID(to: &buffer)
        buffer.writeStaticString("-")
        buffer.writeHexadecimal(span)
        buffer.writeStaticString(isSampled ? "-01\r\n" : "-00\r\n")
        if let state = trace?.traceState {
            buffer.writeStaticString("tracestate: ")
            buffer.writeString(state)
            buffer.writeStaticString("\r\n")
        }
    }

    /// Writes the field of the answer to the client.
    func writeCorrelationID(to buffer: inout ByteBuffer) {
        buffer.writeStaticString("X-Correlation-ID: ")
        if let brought {
            buffer.writeString(brought.description)
        } else {
            buffer.writeHexadecimal(made.0)
            buffer.writeHexadecimal(made.1)
        }
        buffer.writeStaticString("\r\n")
    }

    private func writeTraceID(to buffer: inout ByteBuffer) {
        if let trace {
            buffer.writeString(trace.traceID)
        } else {
            buffer.writeHexadecimal(made.2)
            buffer.writeHexadecimal(made.3)
        }
    }

    var correlationID: CorrelationID {
        if let brought { return brought }
        var words = MadeWords(words: [made.1, made.0])
        return CorrelationID(using: &words)
    }

    /// Words that were drawn before, the last one first.
    private struct MadeWords: RandomNumberGenerator {
        var words: [UInt64]

        mutating func next() -> UInt64 { words.popLast() ?? 1 }
    }

    var traceID: String { trace?.traceID ?? Self.text(made.2, made.3) }
    var spanID: String { Self.text(span) }

    /// The proxy's own place in the trace.
    var context: TraceContext {
        TraceContext(traceID: traceID, spanID: spanID, below: trace, isSampled: isSampled)
    }

    private static func text(_ words: UInt64...) -> String {
        var buffer = ByteBuffer()
        for word in words { buffer.writeHexadecimal(word) }
        return String(buffer: buffer)
    }
}
