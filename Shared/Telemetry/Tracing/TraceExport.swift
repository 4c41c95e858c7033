import Correlation

/// A request to export spans: `ExportTraceServiceRequest` of OTLP 1.x, in its JSON form.
///
/// That form differs from what JSON usually looks like in Protocol Buffers: IDs are hexadecimal, enumerations are
/// numbers, and 64-bit numbers are texts (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
struct TraceExport: Encodable {
    struct ResourceSpans: Encodable {
        var resource: Resource
        var scopeSpans: [ScopeSpans]
    }

    struct Resource: Encodable {
        var attributes: [Attribute]
    }

    struct ScopeSpans: Encodable {
        var scope: Scope
        var spans: [SpanEntry]
    }

    struct Scope: Encodable {
        var name: String
    }

    struct SpanEntry: Encodable {
        var traceId: String
        var spanId: String
        var parentSpanId: String?
        var traceState: String?
        var name: String
        var kind: Int
        var startTimeUnixNano: String
        var endTimeUnixNano: String
        var attributes: [Attribute]
        var status: Status?
    }

    struct Status: Encodable {
        /// The operation failed.
        static let error = 2

        var code: Int
        var message: String
    }

    struct Attribute: Encodable {
        var key: String
        var value: Value
    }

    /// One of several kinds, the others are left out.
    struct Value: Encodable {
        var stringValue: String?
        var intValue: String?
    }

    /// The longest text of an attribute or a failure, in Unicode scalars: characters have no greatest length.
    static let maximumText = 1024

    var resourceSpans: [ResourceSpans]

    /// Creates the request.
    ///
    /// - Parameters:
    ///   - spans: The spans of one process.
    ///   - resource: What the process is, by names such as `service.name`.
    init(_ spans: [Span], of resource: [String: String]) {
        let attributes = Self.attributes(resource.mapValues { .text($0) })
        let scope = ScopeSpans(scope: Scope(name: "clowder"), spans: spans.map(Self.entry))
        resourceSpans = [ResourceSpans(resource: Resource(attributes: attributes), scopeSpans: [scope])]
    }

    private static func entry(_ span: Span) -> SpanEntry {
        SpanEntry(
            traceId: span.trace.traceID,
            spanId: span.trace.spanID,
            parentSpanId: span.trace.parentSpanID,
            traceState: span.trace.traceState,
            name: span.name,
            kind: span.kind.rawValue,
            startTimeUnixNano: String(span.start),
            endTimeUnixNano: String(span.end),
            attributes: attributes(span.attributes),
            status: span.failure.map { Status(code: Status.error, message: cut($0)) }
        )
    }

    private static func cut(_ text: String) -> String {
        String(text.unicodeScalars.prefix(maximumText))
    }

    private static func attributes(_ attributes: [String: Span.Value]) -> [Attribute] {
        attributes.sorted { $0.key < $1.key }.map { key, value in
            switch value {
            case .text(let text): Attribute(key: key, value: Value(stringValue: cut(text)))
            case .integer(let number): Attribute(key: key, value: Value(intValue: String(number)))
            }
        }
    }
}

/// The answer of a collector that did not take all of it.
struct TraceExportAnswer: Decodable {
    struct PartialSuccess: Decodable {
        /// How many were not taken: a number, or a text that holds one.
        var rejectedSpans: Int
        var errorMessage: String

        private enum Key: String, CodingKey { case rejectedSpans, errorMessage }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            // The other spelling is tried next; what is neither is an error of the second.
            if let number = try? container.decodeIfPresent(Int.self, forKey: .rejectedSpans) {
                rejectedSpans = number
            } else {
                rejectedSpans = Int(try container.decodeIfPresent(String.self, forKey: .rejectedSpans) ?? "") ?? 0
            }
            errorMessage = try container.decodeIfPresent(String.self, forKey: .errorMessage) ?? ""
        }
    }

    var partialSuccess: PartialSuccess?
}
