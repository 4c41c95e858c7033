/// One operation of a trace that is over, as OpenTelemetry's trace model has it.
public struct Span: Sendable {
    /// The operation's place among those of others; the numbers are those of OTLP.
    public enum Kind: Int, Sendable {
        /// Within one process.
        case `internal` = 1
        /// A request from outside is served.
        case server = 2
        /// Somebody else's service is asked.
        case client = 3
        /// A message is handed over.
        case producer = 4
        /// A message is worked on.
        case consumer = 5
    }

    /// The value of an attribute.
    public enum Value: Hashable, Sendable {
        /// A text.
        case text(String)
        /// A whole number.
        case integer(Int)
    }

    /// Its trace, its own ID and that of the span above it.
    public let trace: TraceContext
    /// What was done, of few different words: `GET /v1/listings/{id}`.
    public let name: String
    /// The operation's place among those of others.
    public let kind: Kind
    /// When it began, in nanoseconds since 1970.
    public let start: UInt64
    /// When it ended, in nanoseconds since 1970; not before ``start``.
    public let end: UInt64
    /// Details by their names in OpenTelemetry's semantic conventions, where those have one.
    public let attributes: [String: Value]
    /// What went wrong, for people; nil where nothing did.
    public let failure: String?

    /// What is known of a request that was served, under the names of OpenTelemetry's semantic conventions for HTTP.
    ///
    /// `url.scheme` is not among it: where something before the service ends TLS, only that knows.
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path, without the query.
    ///   - route: The path's pattern; nil where no route was found.
    ///   - status: The status of the answer.
    /// - Returns: The attributes.
    public static func request(_ method: String, path: String, route: String?, status: Int) -> [String: Value] {
        var attributes: [String: Value] = [
            "http.request.method": .text(method), "url.path": .text(path),
            "http.response.status_code": .integer(status),
        ]
        attributes["http.route"] = route.map { .text($0) }
        if status >= 500 { attributes["error.type"] = .text("\(status)") }
        return attributes
    }
}
