public import ServiceContextModule

private enum CorrelationIDKey: ServiceContextKey {
    typealias Value = CorrelationID
    static let nameOverride: String? = "correlation-id"
}

private enum TraceContextKey: ServiceContextKey {
    typealias Value = TraceContext
    static let nameOverride: String? = "trace-context"
}

extension ServiceContext {
    /// The correlation ID of the request or job that is being served.
    public var correlationID: CorrelationID? {
        get { self[CorrelationIDKey.self] }
        set { self[CorrelationIDKey.self] = newValue }
    }

    /// The place in the trace of the request or job that is being served.
    public var traceContext: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }
}
