/// Which names stand for a service's replicas, which records hold them, and which servers know.
///
/// Names are absolute: the search list of `/etc/resolv.conf` is not applied to them.
public struct DNSSource: Hashable, Sendable, CustomStringConvertible {
    /// Where the name of the service goes.
    public static let placeholder = "{service}"
    /// The most name servers, which is libresolv's own bound.
    public static let nameserverLimit = 3

    /// The records that are looked up.
    public enum Records: Hashable, Sendable {
        /// A and AAAA records of the name, every address with this port (RFC 1035 and 3596).
        case addresses(port: Int)
        /// SRV records of the name, which bring ports and weights (RFC 2782).
        case services
    }

    /// The servers in the order in which they are asked; none means those of `/etc/resolv.conf`.
    public let nameservers: [DNSNameserver]
    /// The name with ``placeholder`` in it, such as `_{service}._tcp.clowder.internal`.
    public let namePattern: String
    /// The records that are looked up.
    public let records: Records

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - nameservers: At most ``nameserverLimit`` servers; none means those of `/etc/resolv.conf`.
    ///   - namePattern: A domain name with ``placeholder``; it begins with `_` and has the second label `_tcp` if,
    ///     and only if, SRV records are looked up.
    ///   - records: The records that are looked up.
    /// - Throws: ``DNSSourceError`` saying which of them is wrong.
    public init(
        nameservers: [DNSNameserver] = [],
        namePattern: String,
        records: Records
    ) throws(DNSSourceError) {
        guard nameservers.count <= Self.nameserverLimit else {
            let counts = "\(nameservers.count) name servers, over the limit of \(Self.nameserverLimit)"
            throw DNSSourceError(.nameserver, "there are \(counts)")
        }
        try Self.check(namePattern, for: records)
        self.nameservers = nameservers
        self.namePattern = namePattern
        self.records = records
    }

    /// The name under which a service's replicas are looked up.
    public func name(of service: ServiceName) -> String {
        namePattern.split(separator: Self.placeholder, omittingEmptySubsequences: false).joined(separator: "\(service)")
    }

    /// The source as a URL, which ``init(url:)`` reads.
    public var description: String {
        let servers = nameservers.isEmpty ? "" : "//" + nameservers.map(\.description).joined(separator: ",") + "/"
        return switch records {
        case .addresses(let port): "dns:\(servers)\(namePattern):\(port)"
        case .services: "dns:\(servers)\(namePattern)"
        }
    }

    private static func check(_ pattern: String, for records: Records) throws(DNSSourceError) {
        guard pattern.contains(placeholder) else {
            throw DNSSourceError(.name, "\(quoted(pattern)) does not say where the service goes: write \(placeholder)")
        }
        // The shortest service; one too long for its label is found when it is looked up.
        let shortest = pattern.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: "s")
        guard shortest.utf8.count <= 253 else {
            throw DNSSourceError(.name, "the name has \(shortest.utf8.count) bytes, over the limit of 253")
        }
        let labels = shortest.split(separator: ".", omittingEmptySubsequences: false)
        if let wrong = labels.first(where: { !isLabel($0) }) {
            throw DNSSourceError(.name, "\(quoted(wrong)) in \(quoted(pattern)) is no label of a domain name")
        }
        switch records {
        case .addresses(let port):
            guard !pattern.hasPrefix("_") else {
                throw DNSSourceError(.port, "\(quoted(pattern)) names SRV records, which bring their own ports")
            }
            guard (1...65535).contains(port) else { throw DNSSourceError(.port, "\(port) is no port") }
        case .services:
            guard pattern.hasPrefix("_"), labels.count > 2, labels[1] == "_tcp" else {
                throw DNSSourceError(.name, "\(quoted(pattern)) names no SRV records: write _service._tcp.domain")
            }
        }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func quoted(_ text: some StringProtocol) -> String {
        "“\(text)”"
    }
}
