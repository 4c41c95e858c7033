/// Why an access token is not accepted; asking again with the same token cannot help.
public struct TokenError: Error, Hashable, Sendable {
    /// A coarse reason for logs and metrics; clients are told no more than "invalid".
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The reason's name.
        public let description: String
        /// The text is no compact JWS, or a part of it is not canonical.
        public static let malformed = Self(description: "malformed")
        /// The header names another type or algorithm than the key's, or fields that are refused.
        public static let unacceptableHeader = Self(description: "unacceptable-header")
        /// No key has this `kid`; a fresh key set may.
        public static let unknownKey = Self(description: "unknown-key")
        /// The signature is not the key's.
        public static let badSignature = Self(description: "bad-signature")
        /// A claim is missing or malformed, or issuer, audience or times do not fit.
        public static let badClaims = Self(description: "bad-claims")
        /// It was valid once.
        public static let expired = Self(description: "expired")
    }

    /// The reason.
    public var code: Code

    /// Creates an error.
    public init(_ code: Code) {
        self.code = code
    }
}
