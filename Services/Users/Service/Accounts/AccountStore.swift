import FoundationEssentials
import InputValidation
import MailWorkerContract
import PasswordHashing
import SQLStorage
import ServiceRuntime
import UsersDomain

/// The accounts, each change in one transaction together with the mails it causes.
struct AccountStore: Sendable {
    let database: any SQLDatabase
    let mail: MailOutbox
    let now: @Sendable () -> Date
    let makeID: @Sendable () -> String

    /// Registers an address, or tells its owner by mail that it is registered.
    ///
    /// The hash is that of the password that was sent with the registration; the token is fresh and used when the
    /// address still has to be confirmed. An error leaves both the account and the mail unwritten.
    func register(_ registration: AccountInput.Registration, hash: PasswordHash, token: OpaqueToken) async throws {
        let context = Snapshot(time: now().timeIntervalSince1970, id: makeID())
        // The address is taken first: a serializable transaction would read what all others who sign up write.
        try await database.writeClaiming { [mail, dialect = database.dialect] session in
            var account: Account
            if let new = try Self.insert(registration, hash: hash, context, in: session) {
                account = new
            } else {
                account = try Self.take(registration.email, dialect, in: session)
                guard !account.isVerified else {
                    return try mail.append(Self.job(.addressKnown, to: account), in: session)
                }
                account.name = registration.name
                try session.execute("UPDATE account SET contested = 1 WHERE id = ?", [account.id])
            }
            let pending = PendingCredentials(name: registration.name, hash: hash)
            try Self.insertVerification(token, for: account, pending, context.time, in: session)
            try mail.append(Self.job(.verification, to: account, token: token), in: session)
        }
    }

    /// Sends the verification mail again, with a fresh token; does nothing for other addresses.
    ///
    /// The owner of a contested address gets a mail to choose a password instead: confirming with either registration's
    /// password could hand the account to whoever made the other.
    func resendVerification(to email: EmailAddress, token: OpaqueToken) async throws {
        let time = now().timeIntervalSince1970
        try await database.write { [mail] session in
            guard let row = try Self.row(email: email, in: session) else { return }
            let account = try AccountRows.account(row)
            guard !account.isVerified, let hash = try AccountRows.passwordHash(row) else { return }
            guard !(try row["contested"] as Bool) else {
                return try PasswordStore.mailReset(token, to: account, at: time, mail, in: session)
            }
            let pending = PendingCredentials(name: account.name, hash: hash)
            try Self.insertVerification(token, for: account, pending, time, in: session)
            try mail.append(Self.job(.verification, to: account, token: token), in: session)
        }
    }

    /// Confirms the address a token was sent to; false when the token is used, expired or unknown.
    func verify(token: String) async throws -> Bool {
        let time = now().timeIntervalSince1970
        return try await database.write { session in
            let row = try session.row(
                """
                DELETE FROM one_time_token WHERE digest = ? AND purpose = 'verification' AND expires_at > ?
                RETURNING account_id, name, password_hash
                """,
                [Array(OpaqueToken.digest(of: token)), time]
            )
            guard let row else { return false }
            let id: String = try row["account_id"]
            try session.execute(
                """
                UPDATE account SET verified_at = ?, name = coalesce(?, name),
                    password_hash = coalesce(?, password_hash), version = version + 1
                WHERE id = ? AND verified_at IS NULL
                """,
                [time, try row.optional("name") as String?, try row.optional("password_hash") as String?, id]
            )
            try session.execute("DELETE FROM one_time_token WHERE account_id = ? AND purpose = 'verification'", [id])
            return true
        }
    }

    /// The account with this address and its hash, or nil.
    func credentials(email: EmailAddress) async throws -> AccountCredentials? {
        try await database.read { session in
            try Self.row(email: email, in: session).map(AccountRows.credentials)
        }
    }

    /// The account with this ID and its hash, or nil.
    func credentials(id: String) async throws -> AccountCredentials? {
        try await database.read { session in
            try session.row("SELECT \(AccountRows.columns) FROM account WHERE id = ?", [id]).map(
                AccountRows.credentials
            )
        }
    }

    /// Changes the name if the account meets the precondition; the changed account, or nil.
    func rename(id: String, to name: String, if precondition: Precondition) async throws -> Account? {
        try await database.write { session in
            let version: Int? = try session.value("SELECT version FROM account WHERE id = ?", [id])
            guard precondition.holds(for: version) else { return nil }
            return try session.row(
                """
                UPDATE account SET name = ?, version = version + 1 WHERE id = ? RETURNING \(AccountRows.columns)
                """,
                [name, id]
            ).map(AccountRows.account)
        }
    }

    /// Gives an account exactly these roles; the changed account, or nil when there is none.
    func setRoles(id: String, to roles: Set<String>) async throws -> Account? {
        try await database.write { session in
            try session.row(
                """
                UPDATE account SET roles = ?, version = version + 1 WHERE id = ? RETURNING \(AccountRows.columns)
                """,
                [AccountRows.roles(roles), id]
            ).map(AccountRows.account)
        }
    }

    /// Erases the account here and everywhere; whether there was one.
    func erase(id: String) async throws -> Bool {
        try await database.write { [mail] session in
            guard try session.execute("DELETE FROM account WHERE id = ?", [id]) > 0 else { return false }
            try mail.discardMails(to: id, in: session)
            try mail.append(AccountErasure(accountID: id), in: session)
            return true
        }
    }

    /// Creates a confirmed account with roles unless its address is known: the accounts a deployment starts with.
    func ensure(_ account: BootstrapAccount, hash: PasswordHash) async throws {
        let context = Snapshot(time: now().timeIntervalSince1970, id: makeID())
        _ = try await database.write { session in
            try session.execute(
                """
                INSERT INTO account
                    (id, email, canonical_email, name, password_hash, roles, verified_at, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (canonical_email) DO NOTHING
                """,
                [
                    context.id, account.email.rawValue, account.email.canonical, account.name, hash.encoded,
                    AccountRows.roles(account.roles), context.time, context.time,
                ]
            )
        }
    }

    static func job(_ template: MailJob.Template, to account: Account, token: OpaqueToken? = nil) -> MailJob {
        MailJob(
            template: template,
            accountID: account.id,
            recipient: account.email.rawValue,
            name: account.name,
            token: token?.text
        )
    }

    static func row(email: EmailAddress, in session: any SQLSession) throws -> SQLRow? {
        try session.row("SELECT \(AccountRows.columns) FROM account WHERE canonical_email = ?", [email.canonical])
    }

    private struct Snapshot: Sendable {
        let time: Double
        let id: String
    }

    private struct PendingCredentials: Sendable {
        let name: String
        let hash: PasswordHash
    }

    /// The account of an address that is known, which nobody else changes until the transaction's end.
    private static func take(_ email: EmailAddress, _ dialect: SQLDialect, in session: any SQLSession) throws -> Account
    {
        let row = try session.row(
            "SELECT \(AccountRows.columns) FROM account WHERE canonical_email = ? \(dialect.locking)",
            [email.canonical]
        )
        // It has been erased since: the transaction begins anew.
        guard let row else { throw SQLError(.conflict, "the account of the address has just been erased") }
        return try AccountRows.account(row)
    }

    /// Makes an account, or nil where the address has one.
    private static func insert(
        _ registration: AccountInput.Registration,
        hash: PasswordHash,
        _ context: Snapshot,
        in session: any SQLSession
    ) throws -> Account? {
        let count = try session.execute(
            """
            INSERT INTO account (id, email, canonical_email, name, password_hash, created_at)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (canonical_email) DO NOTHING
            """,
            [
                context.id, registration.email.rawValue, registration.email.canonical, registration.name,
                hash.encoded, context.time,
            ]
        )
        guard count > 0 else { return nil }
        return Account(
            id: context.id,
            email: registration.email,
            name: registration.name,
            roles: [],
            isVerified: false,
            createdAt: Date(timeIntervalSince1970: context.time),
            version: 1
        )
    }

    private static func insertVerification(
        _ token: OpaqueToken,
        for account: Account,
        _ pending: PendingCredentials,
        _ time: Double,
        in session: any SQLSession
    ) throws {
        try session.execute("DELETE FROM one_time_token WHERE expires_at <= ?", [time])
        try session.execute(
            """
            INSERT INTO one_time_token (digest, account_id, purpose, name, password_hash, expires_at)
            VALUES (?, ?, 'verification', ?, ?, ?)
            """,
            [
                Array(token.digest), account.id, pending.name, pending.hash.encoded,
                time + Double(TokenLifetimes.verification.components.seconds),
            ]
        )
    }
}
