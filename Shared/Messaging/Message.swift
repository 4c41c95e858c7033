/// One message between services: what happened or what is to be done, with an ID that makes it unique.
public struct Message: Hashable, Sendable {
    /// The ID; a queue accepts each only once.
    public let id: String
    /// What kind of message this is, such as `mail.verification`.
    public let topic: String
    /// The contents, as a rule JSON.
    public let body: [UInt8]
    /// Correlation ID and trace, see `CorrelationHeaders`.
    public let headers: [String: String]

    /// Creates a message.
    public init(id: String, topic: String, body: [UInt8], headers: [String: String]) {
        self.id = id
        self.topic = topic
        self.body = body
        self.headers = headers
    }
}
