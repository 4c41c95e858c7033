/// Why a database did not do what it was asked.
public struct SQLError: Error, Sendable, CustomStringConvertible {
    /// A coarse reason that callers may branch on.
    public struct Code: Hashable, Sendable {
        private enum Value { case conflict, full, saturated, unavailable, unexpected, unstorable }
        private let value: Value
        /// Transactions met, again and again; another try may succeed.
        public static var conflict: Self { Self(value: .conflict) }
        /// There is no space left; a retry can succeed when somebody has made some.
        public static var full: Self { Self(value: .full) }
        /// All connections were in use for too long; a later try may succeed.
        public static var saturated: Self { Self(value: .saturated) }
        /// The database cannot be reached, read or written; a later try may succeed.
        public static var unavailable: Self { Self(value: .unavailable) }
        /// The statement, or what it brought, is not what was expected: a defect, which no retry mends.
        public static var unexpected: Self { Self(value: .unexpected) }
        /// A value that this database cannot hold, such as a text with a NUL; no retry helps.
        public static var unstorable: Self { Self(value: .unstorable) }
    }

    /// The reason.
    public var code: Code
    /// The reason for people; never a value out of a row.
    public var message: String
    /// What went wrong below.
    public var cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message and its cause.
    public var description: String {
        cause.map { "\(message): \($0)" } ?? message
    }
}
