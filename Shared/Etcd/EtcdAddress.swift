import Discovery

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
    public static let memberLimit = ServerList.limit

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
        let members: [String]
        do {
            members = try ServerList.parse(rest[..<slash], noun: "members", defaultPort: Self.defaultPort)
        } catch {
            throw Malformed(description: error.description)
        }
        let path = rest[slash...].hasSuffix("/") ? rest[slash...].dropLast() : rest[slash...]
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Malformed(description: "the path is not printable ASCII")
        }
        self.members = members
        root = path.isEmpty ? Self.defaultRoot : String(path)
    }
}
