import Discovery

/// Where NATS servers with JetStream are, and which of their streams is meant.
public struct JetStreamAddress: Hashable, Sendable {
    /// Why a text is no address of a stream.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, for people.
        public let description: String
    }

    /// The port on which NATS listens for clients.
    public static let defaultPort = 4222
    /// The stream where the URL names none.
    public static let defaultStream = "clowder"
    /// How many servers may keep a copy of a stream.
    public static let replicaLimit = 5

    /// The servers, each as `nats://host:port` or `tls://host:port`.
    public let servers: [String]
    /// The user to log in as; nil for none.
    public let user: String?
    /// The stream's name; its subjects begin with it and a dot.
    public let stream: String
    /// How many servers keep a copy of a stream that is made.
    public let replicas: Int
    /// Whether the servers have to prove who they are.
    public let usesTLS: Bool

    /// Reads a URL: `nats://[user@]host[:port][,…][/stream][?replicas=n]`, or the same with `tls://`.
    ///
    /// - Throws: ``Malformed`` saying which part is wrong.
    public init(url: String) throws(Malformed) {
        guard let scheme = ["nats://", "tls://"].first(where: url.hasPrefix) else {
            throw Malformed(description: "the URL begins with neither nats:// nor tls://")
        }
        var rest = url.dropFirst(scheme.count)
        replicas = try Self.replicas(inQueryOf: &rest)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let name = rest[slash...].dropFirst()
        var authority = rest[..<slash]
        user = try Self.user(in: &authority)
        guard name.utf8.allSatisfy(Self.isPartOfName), name.utf8.count <= 100 else {
            throw Malformed(description: "the stream “\(name)” is not made of up to 100 letters, digits, “-” and “_”")
        }
        do {
            servers = try ServerList.parse(authority, noun: "servers", defaultPort: Self.defaultPort)
                .map { scheme + $0 }
        } catch {
            throw Malformed(description: error.description)
        }
        stream = name.isEmpty ? Self.defaultStream : String(name)
        usesTLS = scheme == "tls://"
    }

    private static func replicas(inQueryOf rest: inout Substring) throws(Malformed) -> Int {
        guard let mark = rest.firstIndex(of: "?") else { return 1 }
        let query = rest[rest.index(after: mark)...]
        rest = rest[..<mark]
        guard query.hasPrefix("replicas="), let number = Int(query.dropFirst("replicas=".count)),
            (1...replicaLimit).contains(number)
        else { throw Malformed(description: "“?\(query)” is not “?replicas=” and 1 to \(replicaLimit)") }
        return number
    }

    private static func user(in authority: inout Substring) throws(Malformed) -> String? {
        guard let at = authority.lastIndex(of: "@") else { return nil }
        let user = authority[..<at]
        authority = authority[authority.index(after: at)...]
        guard !user.contains(":") else {
            throw Malformed(description: "no password belongs into a URL, which is logged")
        }
        guard !user.isEmpty, user.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Malformed(description: "the user before “@” is not printable ASCII")
        }
        return String(user)
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
