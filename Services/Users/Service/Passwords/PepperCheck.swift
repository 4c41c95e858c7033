import PasswordHashing
import SQLStorage
import ServiceRuntime

/// Knows at start whether the pepper is the one that the stored passwords were made with.
///
/// With another one every log-in fails as if its password were wrong, and passwords that are chosen meanwhile are the wrong
/// ones when the right pepper is back. The first process to start leaves the hash of a fixed text beside the accounts, made as an account's
/// is: whoever has the table and guesses peppers with it pays as much for each guess as with any password.
struct PepperCheck: Sendable {
    private static let text = "the pepper of these accounts"

    let database: any SQLDatabase
    let hasher: PasswordHasher

    /// Leaves the hash where there is none, and checks the pepper against it.
    ///
    /// - Throws: `SettingsError` for another pepper, ``SQLError``, or ``PasswordHashingError``.
    func confirm() async throws {
        let known = try await stored()
        let hash = if let known { known } else { try await store(try await hasher.hash(Self.text)) }
        guard try await hasher.verify(Self.text, against: hash) == .differs else { return }
        throw SettingsError([
            "password.pepper: the passwords in this database were made with another one, or the first process of this "
                + "version had another one; how to tell, and what to do: docs/runbooks/key-rotation.md#the-pepper"
        ])
    }

    private func stored() async throws -> PasswordHash? {
        try await database.read { try Self.hash(in: $0) }
    }

    /// Stores a hash unless a replica has stored its own; the one that is stored then.
    private func store(_ hash: PasswordHash) async throws -> PasswordHash {
        try await database.write { session in
            try session.execute(
                "INSERT INTO pepper_check (id, password_hash) VALUES (1, ?) ON CONFLICT (id) DO NOTHING",
                [hash.encoded]
            )
            return try Self.hash(in: session) ?? hash
        }
    }

    private static func hash(in session: any SQLSession) throws -> PasswordHash? {
        guard let row = try session.row("SELECT password_hash FROM pepper_check") else { return nil }
        guard let hash = PasswordHash(encoded: try row["password_hash"]) else {
            throw SQLError(.unexpected, "the hash in pepper_check is none")
        }
        return hash
    }
}
