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
    /// Up to how many bytes an answer is read to its end; a longer one, or one that does not tell its length, is streamed.
    ///
    /// nil for whatever length, up to ``ServiceClient/maximumResponseBytes``. A call whose answer is streamed is over, as
    /// far as replicas, breaker and bulkhead are concerned, when its head is there.
    public var streamsAbove: Int?

    /// Creates a request.
    public init(method: HTTPRequest.Method, path: String, headers: HTTPFields = [:], body: Body = .none) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// What a service answered, read to its end unless it is streamed.
public struct ServiceResponse: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The headers.
    public var headers: HTTPFields
    /// The body; empty where it is streamed.
    public var body: ByteBuffer
    /// The body of a long answer, to be read once and as it comes; reading it throws when the replica breaks off.
    public var stream: HTTPClientResponse.Body?

    /// Creates a response.
    public init(
        status: HTTPResponse.Status,
        headers: HTTPFields,
        body: ByteBuffer,
        stream: HTTPClientResponse.Body? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.stream = stream
    }
}
