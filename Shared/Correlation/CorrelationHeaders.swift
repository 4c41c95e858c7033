public import HTTPTypes
public import ServiceContextModule

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    /// The header that carries the correlation ID over HTTP.
    public static let correlationID = HTTPField.Name("X-Correlation-ID")!
    // swift-format-ignore: NeverForceUnwrap
    /// The W3C header that carries trace and span.
    public static let traceParent = HTTPField.Name("traceparent")!
    // swift-format-ignore: NeverForceUnwrap
    /// The W3C header that carries the vendors' part of the trace.
    public static let traceState = HTTPField.Name("tracestate")!
}

/// Carries correlation ID and trace context over HTTP headers and message headers.
///
/// A missing or unacceptable correlation ID is replaced by a new one, a missing or malformed trace by a new trace: a
/// broken caller costs itself the connection to its own trace, never the request.
public enum CorrelationHeaders {
    /// The names under which messages carry the same as HTTP headers.
    public static let messageHeaderNames = ["X-Correlation-ID", "traceparent", "tracestate"]

    /// A context for serving a request with these headers; the trace continues with a span of its own.
    public static func context(
        from headers: HTTPFields,
        into context: ServiceContext = .topLevel,
        using generator: inout some RandomNumberGenerator
    ) -> ServiceContext {
        Self.context(
            correlationID: headers[.correlationID],
            traceParent: headers[.traceParent],
            traceState: headers[.traceState],
            into: context,
            using: &generator
        )
    }

    /// A context for working on a message with these headers; the trace continues with a span of its own.
    public static func context(
        fromMessage headers: [String: String],
        into context: ServiceContext = .topLevel,
        using generator: inout some RandomNumberGenerator
    ) -> ServiceContext {
        Self.context(
            correlationID: headers[messageHeaderNames[0]],
            traceParent: headers[messageHeaderNames[1]],
            traceState: headers[messageHeaderNames[2]],
            into: context,
            using: &generator
        )
    }

    /// Adds the context's correlation ID and trace to an outgoing request, replacing what stands there.
    public static func inject(_ context: ServiceContext, into headers: inout HTTPFields) {
        headers[.correlationID] = context.correlationID?.description
        headers[.traceParent] = context.traceContext?.traceParent
        headers[.traceState] = context.traceContext?.traceState
    }

    /// The headers that carry the context's correlation ID and trace with a message.
    public static func messageHeaders(from context: ServiceContext) -> [String: String] {
        var headers: [String: String] = [:]
        headers[messageHeaderNames[0]] = context.correlationID?.description
        headers[messageHeaderNames[1]] = context.traceContext?.traceParent
        headers[messageHeaderNames[2]] = context.traceContext?.traceState
        return headers
    }

    private static func context(
        correlationID: String?,
        traceParent: String?,
        traceState: String?,
        into context: ServiceContext,
        using generator: inout some RandomNumberGenerator
    ) -> ServiceContext {
        var context = context
        context.correlationID = correlationID.flatMap(CorrelationID.init) ?? CorrelationID(using: &generator)
        context.traceContext =
            traceParent
            .flatMap { TraceContext(traceParent: $0, traceState: traceState) }?
            .child(using: &generator) ?? TraceContext(using: &generator)
        return context
    }
}
