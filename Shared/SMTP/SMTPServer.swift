/// An SMTP server that takes mails, and how it is talked to.
public struct SMTPServer: Hashable, Sendable {
    /// When the conversation becomes encrypted; it never goes on without where that was not asked for by name.
    public enum Encryption: String, Hashable, Sendable {
        /// After the greeting, by STARTTLS (RFC 3207): `smtp://`.
        case startTLS = "smtp"
        /// From the first byte (RFC 8314): `smtps://`.
        case implicit = "smtps"
        /// Never: `smtp-plaintext://`, for a mail viewer on a network of its own. Everybody on the way reads the mails, so
        /// that nobody logs in.
        case unencrypted = "smtp-plaintext"
    }

    /// Why a text is no address of a server.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, for people.
        public let description: String
    }

    /// When the conversation becomes encrypted.
    public let encryption: Encryption
    /// A host name or an IPv4 address, or an IPv6 address in brackets.
    public let host: String
    /// By default 587, of implicit TLS 465, without encryption 25.
    public let port: Int
    /// Who sends; nil for nobody in particular.
    public let username: String?

    /// Reads a URL: `smtp://[user@]host[:port]`, `smtps://…`, or `smtp-plaintext://host[:port]`.
    ///
    /// A user name may hold `%` and two hexadecimal digits for any byte, and an `@`: the last one ends it.
    /// - Throws: ``Malformed`` saying which part is wrong.
    public init(url: String) throws(Malformed) {
        let parts = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//"), let encryption = Encryption(rawValue: String(parts[0])) else {
            throw Malformed(description: "the URL does not begin with smtp://, smtps:// or smtp-plaintext://")
        }
        var rest = parts[1].dropFirst(2)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var username: String?
        if let at = rest.lastIndex(of: "@") {
            guard let name = String(rest[..<at]).decodingPercents, !name.isEmpty, !name.contains(where: \.isControl),
                !rest[..<at].contains(":")
            else { throw Malformed(description: "the user name cannot be read; a password does not stand in the URL") }
            username = name
            rest = rest[rest.index(after: at)...]
        }
        let end = rest.lastIndex(of: ":").flatMap { rest[$0...].contains("]") ? nil : $0 }
        let host = rest[..<(end ?? rest.endIndex)]
        guard Self.isHost(host) else {
            throw Malformed(description: "“\(host)” is no host name")
        }
        if let end {
            port = try Self.port(rest[rest.index(after: end)...])
        } else {
            port = encryption.standardPort
        }
        guard username == nil || encryption != .unencrypted else {
            throw Malformed(description: "nobody logs in without encryption: a password would go over the wire")
        }
        self.encryption = encryption
        self.host = String(host)
        self.username = username
    }

    /// The URL without the user, as libcurl takes it.
    var url: String { "\(encryption == .implicit ? "smtps" : "smtp")://\(host):\(port)" }

    private static func port(_ digits: Substring) throws(Malformed) -> Int {
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), (1...65535).contains(port)
        else { throw Malformed(description: "“\(digits)” is no port") }
        return port
    }

    /// Whether it is a name, an IPv4 address, or something like an IPv6 address in brackets.
    private static func isHost(_ text: Substring) -> Bool {
        let isLiteral = text.hasPrefix("[") && text.hasSuffix("]")
        let inner = isLiteral ? text.dropFirst().dropLast() : text
        return !inner.isEmpty
            && inner.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."): true
                case UInt8(ascii: "-"): !isLiteral
                case UInt8(ascii: ":"): isLiteral
                default: false
                }
            }
    }
}

extension SMTPServer.Encryption {
    fileprivate var standardPort: Int {
        switch self {
        case .startTLS: 587
        case .implicit: 465
        case .unencrypted: 25
        }
    }
}

extension Character {
    /// Whether it ends a line or does something else than being read.
    fileprivate var isControl: Bool { unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
}

extension String {
    /// The text with each `%` and its two digits replaced by their byte; nil when there are no two, or no UTF-8 comes out.
    fileprivate var decodingPercents: String? {
        var bytes: [UInt8] = []
        var rest = Substring(self).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(Substring(rest.prefix(2)))
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
