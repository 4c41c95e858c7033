import CResolver

/// A name server of IPv4 and the port it answers on, by UDP and TCP alike.
public struct DNSNameserver: Hashable, Sendable, CustomStringConvertible {
    /// The port of name servers that name none (RFC 1035 section 4.2).
    public static let defaultPort = 53

    /// The address as four decimal numbers, such as `192.0.2.1`.
    public let address: String
    /// The port, 1 to 65535.
    public let port: Int

    /// Accepts a server; nil when the address is not of IPv4, or the port is none.
    public init?(address: String, port: Int = defaultPort) {
        guard Self.binary(address) != nil, (1...65535).contains(port) else { return nil }
        self.address = address
        self.port = port
    }

    /// The address, and the port when it is not ``defaultPort``.
    public var description: String {
        port == Self.defaultPort ? address : "\(address):\(port)"
    }

    /// The server as the system's functions take it.
    var socketAddress: sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_port = in_port_t(port).bigEndian
        result.sin_addr = Self.binary(address) ?? in_addr()
        return result
    }

    private static func binary(_ address: String) -> in_addr? {
        var result = in_addr()
        return inet_pton(AF_INET, address, &result) == 1 ? result : nil
    }
}
