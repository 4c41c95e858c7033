/// Reads the servers that stand in a URL, `host[:port][,host[:port]]…`.
package enum ServerList {
    /// Why a text names no servers.
    package struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, for people.
        package let description: String
    }

    /// How many servers are taken.
    package static let limit = 16

    /// Reads servers, each as `host:port`.
    ///
    /// - Parameters:
    ///   - text: Names, IPv4 addresses, or IPv6 addresses in brackets, each with a port or without.
    ///   - noun: What a server is called in a message, such as `members`.
    ///   - defaultPort: The port of those that name none.
    /// - Returns: The servers, in the order they stand in.
    /// - Throws: ``Malformed`` saying which part is wrong.
    package static func parse(
        _ text: Substring,
        noun: String,
        defaultPort: Int
    ) throws(Malformed) -> [String] {
        var servers: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            servers.append(try server(part, defaultPort: defaultPort))
        }
        guard servers.count <= limit else {
            throw Malformed(description: "there are \(servers.count) \(noun), over \(limit)")
        }
        return servers
    }

    private static func server(_ text: Substring, defaultPort: Int) throws(Malformed) -> String {
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
