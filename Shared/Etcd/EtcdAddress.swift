/// Where an etcd cluster is, and below which key the services stand.
public struct EtcdAddress: Hashable, Sendable {
    /// Why a text is no address of a cluster.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, for people.
        public let description: String
    }

    /// The port on which etcd listens for clients.
    public static let defaultPort = 2379
    /// The key below which services stand where the URL has no path.
    public static let defaultRoot = "/clowder/services"
    /// How many members are taken.
    public static let memberLimit = 16

    /// The members, each as `host:port`.
    public let members: [String]
    /// The key below which services stand, without a slash at its end.
    public let root: String

    /// Reads a URL: `etcd://host[:port][,…][/root]`.
    ///
    /// - Throws: ``Malformed`` saying which part is wrong.
    public init(url: String) throws(Malformed) {
        guard url.hasPrefix("etcd://") else { throw Malformed(description: "the URL does not begin with etcd://") }
        let rest = url.dropFirst("etcd://".count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var members: [String] = []
        for text in rest[..<slash].split(separator: ",", omittingEmptySubsequences: false) {
            members.append(try Self.member(text))
        }
        guard members.count <= Self.memberLimit else {
            throw Malformed(description: "there are \(members.count) members, over \(Self.memberLimit)")
        }
        let path = rest[slash...].hasSuffix("/") ? rest[slash...].dropLast() : rest[slash...]
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Malformed(description: "the path is not printable ASCII")
        }
        self.members = members
        root = path.isEmpty ? Self.defaultRoot : String(path)
    }

    private static func member(_ text: Substring) throws(Malformed) -> String {
        let colon = text.lastIndex(of: ":").flatMap { text[$0...].contains("]") ? nil : $0 }
        let host = text[..<(colon ?? text.endIndex)]
        guard isHost(host) else {
            throw Malformed(description: "“\(text)” has no host name")
        }
        guard let colon else { return "\(host):\(defaultPort)" }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), (1...65535).contains(port)
        else { throw Malformed(description: "“\(digits)” in “\(text)” is no port") }
        return "\(host):\(port)"
    }

    /// Whether it is a name, an IPv4 address, or something like an IPv6 address in brackets.
    private static func isHost(_ text: Substring) -> Bool {
        let isLiteral = text.hasPrefix("[") && text.hasSuffix("]")
        let inner = isLiteral ? text.dropFirst().dropLast() : text
        return !inner.isEmpty
            && inner.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."): true
                case UInt8(ascii: "-"), UInt8(ascii: "_"): !isLiteral
                case UInt8(ascii: ":"): isLiteral
                default: false
                }
            }
    }
}
