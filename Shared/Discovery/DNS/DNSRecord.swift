/// A resource record as far as lookups use it.
struct DNSRecord: Hashable, Sendable {
    /// What the record says.
    enum Content: Hashable, Sendable {
        /// An address of IPv4 or IPv6 as text (A, AAAA).
        case address(String)
        /// The name that this one stands for (CNAME).
        case alias(of: String)
        /// A place where a service is offered (SRV).
        case service(Service)
    }

    /// The content of an SRV record (RFC 2782).
    struct Service: Hashable, Sendable {
        var priority: Int
        var weight: Int
        var port: Int
        var target: String
    }

    /// The name that the record belongs to: lowercase, without a dot at its end, empty for the root.
    var name: String
    var timeToLive: Duration
    var content: Content
}
