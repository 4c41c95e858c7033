/// A stored bcrypt hash in the modular crypt format, such as `$2b$12$` followed by 53 characters.
public struct PasswordHash: Hashable, Sendable, Codable {
    /// The whole hash as it is stored.
    public let encoded: String

    /// Accepts a stored hash; nil when it is no whole `$2b$` hash of a cost that bcrypt knows.
    public init?(encoded: String) {
        let bytes = Array(encoded.utf8)
        guard bytes.count == 60, bytes.starts(with: "$2b$".utf8), bytes[6] == UInt8(ascii: "$"),
            bytes[4...5].allSatisfy(Self.isDigit), bytes[7...].allSatisfy(Self.isBase64),
            let cost = Self.cost(of: encoded), Bcrypt.costs.contains(cost)
        else { return nil }
        self.encoded = encoded
    }

    /// Decodes a stored hash as strictly as ``init(encoded:)``: a hash cut after its salt would match every password.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let hash = Self(encoded: try container.decode(String.self, forKey: .encoded)) else {
            throw DecodingError.dataCorruptedError(forKey: .encoded, in: container, debugDescription: "no bcrypt hash")
        }
        self = hash
    }

    /// The base-2 logarithm of the number of rounds.
    public var cost: Int {
        Self.cost(of: encoded) ?? 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// bcrypt's own alphabet: `./A-Za-z0-9`.
    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: isDigit(byte)
        }
    }

    private static func cost(of encoded: String) -> Int? {
        Int(encoded.dropFirst(4).prefix(2))
    }
}
