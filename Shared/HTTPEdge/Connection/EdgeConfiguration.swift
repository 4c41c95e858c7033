public import HTTPTypes
public import NIOCore

/// What an ``EdgeConnectionHandler`` is told by whoever owns the listener.
public struct EdgeConfiguration: Sendable {
    /// The answer to a refused request: a head with its headers, and a body.
    public struct Answer: Sendable {
        /// Status and headers; the length and the end of the connection are added.
        public var head: HTTPResponse
        /// The body.
        public var body: ByteBuffer

        /// Creates an answer.
        public init(head: HTTPResponse, body: ByteBuffer) {
            self.head = head
            self.body = body
        }
    }

    /// Tells by method and path, without the query, whether a body is a stream.
    public typealias IsStream = @Sendable (HTTPRequest.Method, _ path: String) -> Bool

    /// What a client may cost.
    public var limits: EdgeLimits
    /// Whether a request's body is a stream, which may take longer than ``EdgeLimits/requestTime`` in all.
    public var isStream: IsStream
    /// Words a refusal; called once a refused request, with its correlation ID where it brought one, and the peer.
    public var refuse: @Sendable (EdgeRefusal, _ correlationID: String?, _ peer: SocketAddress?) -> Answer

    /// Creates a configuration.
    public init(
        limits: EdgeLimits,
        isStream: @escaping IsStream,
        refuse: @escaping @Sendable (EdgeRefusal, String?, SocketAddress?) -> Answer
    ) {
        self.limits = limits
        self.isStream = isStream
        self.refuse = refuse
    }
}
