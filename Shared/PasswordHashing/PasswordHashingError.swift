/// Why a password could not be hashed or checked.
public struct PasswordHashingError: Error, Hashable, Sendable {
    /// A coarse reason that callers may branch on.
    public struct Code: Hashable, Sendable {
        private enum Value { case overloaded, unacceptablePassword, engineFailed }
        private let value: Value
        /// The pool's queue is full; a retry after a pause may succeed.
        public static var overloaded: Self { Self(value: .overloaded) }
        /// The password's length is out of bounds; a retry cannot succeed.
        public static var unacceptablePassword: Self { Self(value: .unacceptablePassword) }
        /// libxcrypt refused; a retry cannot succeed.
        public static var engineFailed: Self { Self(value: .engineFailed) }
    }

    /// The reason.
    public var code: Code
    /// The reason for people.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
