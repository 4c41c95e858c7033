/// The metadata keys that Clowder's log lines use, so that one name means one thing everywhere.
public enum LogKey {
    /// The correlation ID of the request or job.
    public static let correlationID = "correlation.id"
    /// The W3C trace ID.
    public static let traceID = "trace.id"
    /// The W3C span ID.
    public static let spanID = "span.id"
    /// The request's method.
    public static let method = "http.method"
    /// The request's path, without its query.
    public static let path = "http.path"
    /// The answer's status code.
    public static let status = "http.status"
    /// How long it took, in milliseconds.
    public static let duration = "duration.ms"
    /// How it ended: `ok`, `client-error`, `server-error` or `cancelled`.
    public static let outcome = "outcome"
    /// What went wrong.
    public static let error = "error"
    /// The name of the service that is called.
    public static let peer = "peer.service"
    /// A message's or job's ID.
    public static let messageID = "message.id"
    /// A message's topic.
    public static let topic = "message.topic"
    /// The number of an attempt, from 1.
    public static let attempt = "attempt"
    /// A count of things.
    public static let count = "count"
    /// What a cache did about a request.
    public static let cache = "cache"
    /// The arm of an experiment, as `experiment=arm`.
    public static let variant = "variant"
    /// An address that something listens on or talks to.
    public static let address = "address"
    /// The ID of an account.
    public static let accountID = "account.id"
    /// When something runs out, as RFC 3339 writes it.
    public static let expiry = "expires.at"
}
