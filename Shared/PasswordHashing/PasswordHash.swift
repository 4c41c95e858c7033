/// A stored bcrypt hash in the modular crypt format, such as `$2b$12$` followed by 53 characters.
public struct PasswordHash: Hashable, Sendable, Codable {
    /// The whole hash as it is stored.
    public let encoded: String

    /// Accepts a stored hash; nil when it is no `$2b$` hash of 60 characters.
    public init?(encoded: String) {
        guard encoded.utf8.count == 60, encoded.hasPrefix("$2b$"), Self.cost(of: encoded) != nil else { return nil }
        self.encoded = encoded
    }

    /// The base-2 logarithm of the number of rounds.
    public var cost: Int {
        Self.cost(of: encoded) ?? 0
    }

    private static func cost(of encoded: String) -> Int? {
        Int(encoded.dropFirst(4).prefix(2))
    }
}
