/// One replica of a service and where it listens.
public struct Endpoint: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The replica's own name, unique for the life of its process.
    public let id: String
    /// A host name or an address literal.
    public let host: String
    /// The TCP port, 1 to 65535.
    public let port: Int
    /// The share of traffic relative to other replicas, at least 1.
    public let weight: Int

    /// Creates an endpoint.
    public init(id: String, host: String, port: Int, weight: Int = 1) {
        self.id = id
        self.host = host
        self.port = port
        self.weight = weight
    }

    /// `host:port`, an IPv6 literal in brackets.
    public var authority: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The ID and the authority.
    public var description: String { "\(id)@\(authority)" }
}
