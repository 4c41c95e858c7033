import Crypto
import FoundationEssentials
import Metrics
import SQLStorage
import Synchronization
import Tokens

/// The keys that sign access tokens, shared by all replicas and sealed at rest.
///
/// A key signs for ``signingPeriod``. Its successor is published ``publicationLead`` before it signs, so that every
/// replica and every reader of the key set knows it by then. A key stays published for ``publishedPeriod``, longer than
/// any token it signed lives. Private keys are stored sealed with AES-256-GCM under
/// the deployment's secret, so that a copy of the database signs nothing. The age of the one that signs is told:
/// `clowder_signing_key_age_seconds`.
final class KeyStore: Sendable {
    static let signingPeriod: TimeInterval = 30 * 24 * 3600
    static let publishedPeriod: TimeInterval = 31 * 24 * 3600
    /// How long a replica uses what it read before it looks again.
    static let refreshInterval: TimeInterval = 60
    /// How long a new key is published before it signs: two looks of every replica.
    static let publicationLead: TimeInterval = 2 * refreshInterval

    private struct StoredKey {
        var key: SigningKey
        var createdAt: Double
    }

    private struct Cache {
        var keys: [StoredKey] = []
        var readAt = Date.distantPast
    }

    private let database: any SQLDatabase
    private let sealingKey: SymmetricKey
    private let now: @Sendable () -> Date
    private let cache = Mutex(Cache())

    init(database: any SQLDatabase, secret: String, now: @escaping @Sendable () -> Date) {
        self.database = database
        self.now = now
        sealingKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Data(secret.utf8)),
            info: Data("clowder signing keys".utf8),
            outputByteCount: 32
        )
    }

    /// The key to sign with: the newest that everybody knows, or the oldest while none is known long enough.
    func signingKey() async throws -> SigningKey {
        let keys = try await keys()
        let latest = now().timeIntervalSince1970 - Self.publicationLead
        guard let stored = keys.first(where: { $0.createdAt <= latest }) ?? keys.last else {
            throw SQLError(.unexpected, "there is no signing key")
        }
        Gauge(label: "clowder_signing_key_age_seconds").record(max(0, now().timeIntervalSince1970 - stored.createdAt))
        return stored.key
    }

    /// The published halves, the newest first.
    func keySet() async throws -> KeySet {
        KeySet(keys: try await keys().map(\.key.publicKey))
    }

    private func keys() async throws -> [StoredKey] {
        let time = now()
        let cached = cache.withLock { cache in
            time.timeIntervalSince(cache.readAt) < Self.refreshInterval ? cache.keys : nil
        }
        if let cached { return cached }
        let keys = try await database.write { [sealingKey] session in
            try Self.rotateIfDue(at: time.timeIntervalSince1970, sealingKey, in: session)
            let sql = "SELECT sealed, created_at FROM signing_key ORDER BY created_at DESC"
            return try session.rows(sql).map { row in
                let box = try AES.GCM.SealedBox(combined: try row["sealed"] as [UInt8])
                let key = try SigningKey(rawRepresentation: try AES.GCM.open(box, using: sealingKey))
                return StoredKey(key: key, createdAt: try row["created_at"])
            }
        }
        cache.withLock { $0 = Cache(keys: keys, readAt: time) }
        return keys
    }

    /// Runs under the write lock: of several replicas one makes the key and the others find it.
    private static func rotateIfDue(at time: Double, _ sealingKey: SymmetricKey, in session: any SQLSession) throws {
        try session.execute("DELETE FROM signing_key WHERE created_at < ?", [time - signingPeriod - publishedPeriod])
        let newest: Double? = try session.value("SELECT max(created_at) FROM signing_key")
        guard (newest ?? 0) < time - signingPeriod + publicationLead else { return }
        let key = SigningKey()
        let sealed = try AES.GCM.seal(key.rawRepresentation, using: sealingKey).combined
        try session.execute(
            "INSERT INTO signing_key (id, sealed, created_at) VALUES (?, ?, ?)",
            [key.id, sealed.map(Array.init), time]
        )
    }
}
