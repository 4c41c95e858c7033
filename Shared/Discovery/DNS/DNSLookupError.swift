/// Why the name servers gave no answer that says who the replicas are.
///
/// A name without records is no error but an answer: nobody is there.
public struct DNSLookupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A coarse reason.
    public struct Code: Hashable, Sendable {
        private enum Value { case unreachable, unanswered, unusable, unaskable, overloaded, cancelled }
        private let value: Value
        /// No server could be reached; a retry may succeed.
        public static var unreachable: Self { Self(value: .unreachable) }
        /// No server answered in time, or all that did said that they failed or refuse; a retry may succeed.
        public static var unanswered: Self { Self(value: .unanswered) }
        /// The answer cannot be read, or leads nowhere; a retry succeeds once the server or its zone is mended.
        public static var unusable: Self { Self(value: .unusable) }
        /// The name has too long a label, or is too long; a retry cannot succeed.
        public static var unaskable: Self { Self(value: .unaskable) }
        /// Too many lookups run or wait; a retry after a pause may succeed.
        public static var overloaded: Self { Self(value: .overloaded) }
        /// The watch has ended.
        public static var cancelled: Self { Self(value: .cancelled) }
    }

    /// The reason.
    public var code: Code
    /// The reason for people, with the name that was looked up.
    public var description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
