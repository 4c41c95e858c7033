import Crypto
import FoundationEssentials
import Synchronization

/// Hashes and checks passwords: bcrypt(base64(HMAC-SHA-384(pepper, password))) on a bounded pool of threads.
///
/// The HMAC makes every byte of a long password count and hides NUL bytes from bcrypt, which on its own stops at 72
/// bytes and at the first NUL; the pepper makes a stolen table useless without the process's secret.
public struct PasswordHasher: Sendable {
    /// The cost of new hashes: 2¹² rounds.
    public static let defaultCost = 12
    /// The lengths that are accepted, in bytes.
    public static let acceptedBytes = 8...1024
    /// The fewest bytes a pepper may have.
    public static let minimumPepperBytes = 32

    /// The outcome of a check.
    public enum Verdict: Hashable, Sendable {
        /// The password is right.
        case matches
        /// The password is right and its hash has another cost than new ones: store a new hash.
        case matchesButNeedsRehash
        /// The password is wrong.
        case differs
    }

    /// The cost of new hashes.
    public let cost: Int
    private let pepper: SymmetricKey
    private let pool: HashingPool
    private let decoy: PasswordHash

    /// Creates a hasher.
    ///
    /// - Parameters:
    ///   - pepper: The secret key of the HMAC, at least ``minimumPepperBytes`` bytes.
    ///   - cost: The cost of new hashes, 4 to 31.
    ///   - pool: The threads that hash.
    /// - Throws: ``PasswordHashingError`` for a short pepper or a cost that libxcrypt refuses.
    public init(pepper: [UInt8], cost: Int = PasswordHasher.defaultCost, pool: HashingPool) throws(PasswordHashingError)
    {
        guard pepper.count >= Self.minimumPepperBytes else {
            throw PasswordHashingError(.engineFailed, "the pepper must have at least \(Self.minimumPepperBytes) bytes")
        }
        self.cost = cost
        self.pepper = SymmetricKey(data: pepper)
        self.pool = pool
        var generator = SystemRandomNumberGenerator()
        decoy = try Bcrypt.hash("decoy", cost: cost, using: &generator)
    }

    /// A new hash of `password` with a fresh salt.
    ///
    /// - Throws: ``PasswordHashingError``: unacceptable length, or the pool is full.
    public func hash(_ password: String) async throws -> PasswordHash {
        guard Self.acceptedBytes.contains(password.utf8.count) else {
            throw PasswordHashingError(.unacceptablePassword, "a password has 8 to 1024 bytes")
        }
        let key = key(for: password)
        let cost = self.cost
        return try await pool.run {
            var generator = SystemRandomNumberGenerator()
            return try Bcrypt.hash(key, cost: cost, using: &generator)
        }
    }

    /// Checks `password` against the stored hash of an account, or at the same cost against none.
    ///
    /// - Parameters:
    ///   - password: What was sent, of any length.
    ///   - stored: The account's hash; nil when there is no account, which takes as long and never matches.
    /// - Returns: Whether the password is the account's, and whether its hash should be made anew.
    /// - Throws: ``PasswordHashingError`` when the pool is full.
    public func verify(_ password: String, against stored: PasswordHash?) async throws -> Verdict {
        let key = key(for: password)
        let hash = stored ?? decoy
        let matches = try await pool.run { try Bcrypt.verify(key, against: hash) }
        guard matches, stored != nil else { return .differs }
        return hash.cost == cost ? .matches : .matchesButNeedsRehash
    }

    private func key(for password: String) -> String {
        let code = HMAC<SHA384>.authenticationCode(for: Data(password.utf8), using: pepper)
        return Data(code).base64EncodedString()
    }
}
