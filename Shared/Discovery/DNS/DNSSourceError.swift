/// Why a text or a name says nothing that ``DNSSource`` can look up; a retry cannot help.
public struct DNSSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which part is wrong.
    public struct Code: Hashable, Sendable {
        private enum Value { case scheme, nameserver, name, port }
        private let value: Value
        /// The URL does not begin with `dns:`.
        public static var scheme: Self { Self(value: .scheme) }
        /// A name server is no IPv4 address with an optional port, or there are too many.
        public static var nameserver: Self { Self(value: .nameserver) }
        /// The name is no domain name, or has no place for the service.
        public static var name: Self { Self(value: .name) }
        /// The port is missing, is none, or stands where SRV records bring their own.
        public static var port: Self { Self(value: .port) }
    }

    /// Which part is wrong.
    public var code: Code
    /// What is wrong with it, for people.
    public var description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
