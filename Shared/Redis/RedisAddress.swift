/// Where a Redis server is, and who asks.
public struct RedisAddress: Sendable {
    /// Why a text is no address of a server; never quotes it, as somebody may have put a password there.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, for people.
        public let description: String
    }

    /// The port on which Redis listens.
    public static let defaultPort = 6379

    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    /// The server's port.
    public let port: Int
    /// The number of the database.
    public let database: Int
    /// The user; nil for the one that every server has.
    public let user: String?
    /// The user's password; nil where the server wants none.
    let password: String?

    /// Reads a URL: `redis://[user@]host[:port][/database]`.
    ///
    /// - Parameters:
    ///   - url: The URL.
    ///   - password: The user's password; empty for none.
    /// - Throws: ``Malformed`` saying which part is wrong.
    public init(url: String, password: String = "") throws(Malformed) {
        guard url.hasPrefix("redis://") else { throw Malformed(description: "the URL does not begin with redis://") }
        var rest = url.dropFirst("redis://".count)
        user = try Self.takeUser(&rest)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        database = try Self.database(rest[slash...].dropFirst())
        (host, port) = try Self.server(rest[..<slash])
        guard user == nil || !password.isEmpty else { throw Malformed(description: "the user has no password") }
        self.password = password.isEmpty ? nil : password
    }

    /// Who is asked, for logs.
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func takeUser(_ rest: inout Substring) throws(Malformed) -> String? {
        guard let at = rest.firstIndex(of: "@") else { return nil }
        let user = rest[..<at]
        rest = rest[rest.index(after: at)...]
        guard !user.contains(":") else {
            throw Malformed(description: "no password belongs into a URL, which is logged")
        }
        guard isPrintable(user) else { throw Malformed(description: "the user is empty or not printable ASCII") }
        return String(user)
    }

    private static func database(_ text: Substring) throws(Malformed) -> Int {
        guard !text.isEmpty else { return 0 }
        guard let number = decimal(text), number <= Int(Int32.max) else {
            throw Malformed(description: "the path is no number of a database")
        }
        return number
    }

    private static func server(_ text: Substring) throws(Malformed) -> (String, Int) {
        let isLiteral = text.hasPrefix("[")
        let end = isLiteral ? text.firstIndex(of: "]").map { text.index(after: $0) } : text.firstIndex(of: ":")
        let written = text[..<(end ?? text.endIndex)]
        let host = isLiteral ? written.dropFirst().dropLast(end == nil ? 0 : 1) : written
        guard end != nil || !isLiteral, isPrintable(host) else { throw Malformed(description: "there is no host name") }
        let rest = text[(end ?? text.endIndex)...]
        guard !rest.isEmpty else { return (String(host), defaultPort) }
        guard rest.hasPrefix(":"), let port = decimal(rest.dropFirst()), (1...65535).contains(port) else {
            throw Malformed(description: "what follows the host is no port")
        }
        return (String(host), port)
    }

    private static func decimal(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    private static func isPrintable(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
