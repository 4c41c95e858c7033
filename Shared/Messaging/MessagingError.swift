/// Why a queue or outbox did not do what it was asked.
public struct MessagingError: Error, Sendable, CustomStringConvertible {
    /// A coarse reason that callers may branch on.
    public struct Code: Hashable, Sendable {
        private enum Value { case invalidCursor, leaseLost, notFound, refused, unavailable }
        private let value: Value
        /// The cursor is none that the store gave out.
        public static var invalidCursor: Self { Self(value: .invalidCursor) }
        /// The claim is no longer ours: its lease ran out and another worker has the message, or has finished it.
        public static var leaseLost: Self { Self(value: .leaseLost) }
        /// There is no such message.
        public static var notFound: Self { Self(value: .notFound) }
        /// The store does not take this message as it is: trying again helps only once the store takes more.
        public static var refused: Self { Self(value: .refused) }
        /// The store cannot be reached or written; a retry may succeed.
        public static var unavailable: Self { Self(value: .unavailable) }
    }

    /// The reason.
    public var code: Code
    /// The reason for people.
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
