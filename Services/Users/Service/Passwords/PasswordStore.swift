import FoundationEssentials
import InputValidation
import MailWorkerContract
import PasswordHashing
import SQLStorage
import UsersDomain

/// Changing and resetting passwords, each with the end of the sessions it has to end.
struct PasswordStore: Sendable {
    let database: any SQLDatabase
    let mail: MailOutbox
    let now: @Sendable () -> Date

    /// Stores a new hash of the same password, made because the cost of new hashes changed.
    func rehash(accountID: String, from old: PasswordHash, to new: PasswordHash) async throws {
        _ = try await database.write { session in
            try session.execute(
                "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?",
                [new.encoded, accountID, old.encoded]
            )
        }
    }

    /// Sets a password and ends all sessions but one.
    func change(accountID: String, to hash: PasswordHash, keepingSession sessionID: String) async throws {
        let time = now().timeIntervalSince1970
        try await database.write { [mail] session in
            try Self.set(hash, of: accountID, keeping: sessionID, at: time, mail, in: session)
        }
    }

    /// Mails a token that sets a new password; does nothing for an unknown address.
    func requestReset(for email: EmailAddress, token: OpaqueToken) async throws {
        let time = now().timeIntervalSince1970
        try await database.write { [mail] session in
            guard let account = try AccountStore.row(email: email, in: session).map(AccountRows.account) else {
                return
            }
            try Self.mailReset(token, to: account, at: time, mail, in: session)
        }
    }

    /// Keeps the token's digest and mails the token, in the caller's transaction.
    static func mailReset(
        _ token: OpaqueToken,
        to account: Account,
        at time: Double,
        _ mail: MailOutbox,
        in session: any SQLSession
    ) throws {
        let expiry = time + Double(TokenLifetimes.passwordReset.components.seconds)
        try session.execute(
            "INSERT INTO one_time_token (digest, account_id, purpose, expires_at) VALUES (?, ?, ?, ?)",
            [Array(token.digest), account.id, "password-reset", expiry]
        )
        try mail.append(AccountStore.job(.passwordReset, to: account, token: token), in: session)
    }

    /// Sets a password by a mailed token and ends all sessions; false when the token is used, expired or unknown.
    ///
    /// The token came by mail, so the address is confirmed as well.
    func reset(token: String, to hash: PasswordHash) async throws -> Bool {
        let time = now().timeIntervalSince1970
        return try await database.write { [mail] session in
            let id: String? = try session.value(
                """
                DELETE FROM one_time_token WHERE digest = ? AND purpose = 'password-reset' AND expires_at > ?
                RETURNING account_id
                """,
                [Array(OpaqueToken.digest(of: token)), time]
            )
            guard let id else { return false }
            try session.execute("UPDATE account SET verified_at = coalesce(verified_at, ?) WHERE id = ?", [time, id])
            try Self.set(hash, of: id, keeping: "", at: time, mail, in: session)
            return true
        }
    }

    private static func set(
        _ hash: PasswordHash,
        of accountID: String,
        keeping sessionID: String,
        at time: Double,
        _ mail: MailOutbox,
        in session: any SQLSession
    ) throws {
        let row = try session.row(
            """
            UPDATE account SET password_hash = ?, version = version + 1 WHERE id = ?
            RETURNING \(AccountRows.columns)
            """,
            [hash.encoded, accountID]
        )
        guard let row else { return }
        try session.execute(
            "UPDATE session SET revoked_at = ? WHERE account_id = ? AND id <> ? AND revoked_at IS NULL",
            [time, accountID, sessionID]
        )
        try session.execute("DELETE FROM one_time_token WHERE account_id = ?", [accountID])
        try mail.append(AccountStore.job(.passwordChanged, to: try AccountRows.account(row)), in: session)
    }
}
