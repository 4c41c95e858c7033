public import AsyncHTTPClient
public import HTTPTypes
public import NIOCore

/// One call to another service, before a replica is chosen.
public struct ServiceRequest: Sendable {
    /// What is sent after the head.
    public enum Body: Sendable {
        /// Nothing.
        case none
        /// These bytes; may be sent again.
        case bytes(ByteBuffer)
        /// A stream with back-pressure; is sent once, so the call is never retried after it started.
        case stream(HTTPClientRequest.Body)
    }

    /// The method.
    public var method: HTTPRequest.Method
    /// Path and query, percent-encoded.
    public var path: String
    /// The headers; correlation, trace and deadline are added by the client.
    public var headers: HTTPFields
    /// What is sent after the head.
    public var body: Body

    /// Creates a request.
    public init(method: HTTPRequest.Method, path: String, headers: HTTPFields = [:], body: Body = .none) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// What a service answered, read to its end.
public struct ServiceResponse: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The headers.
    public var headers: HTTPFields
    /// The body.
    public var body: ByteBuffer

    /// Creates a response.
    public init(status: HTTPResponse.Status, headers: HTTPFields, body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
