import FoundationEssentials
import SQLStorage
import UsersDomain

/// Sessions and the refresh tokens that keep them alive.
struct SessionStore: Sendable {
    let database: any SQLDatabase
    let now: @Sendable () -> Date

    /// What a refresh token brought.
    enum RefreshOutcome: Sendable {
        /// It was good and is dead now; the session goes on under the new one.
        case refreshed(Account, sessionID: String)
        /// It is unknown or too old, or its session has ended.
        case refused
        /// It had been used before: somebody has a copy. The whole session is ended.
        case reused(sessionID: String)
    }

    /// Starts a session.
    func start(id: String, accountID: String, refreshToken: OpaqueToken) async throws {
        let time = now().timeIntervalSince1970
        try await database.write { session in
            try session.execute(
                "DELETE FROM session WHERE created_at < ?",
                [time - Double(TokenLifetimes.session.components.seconds)]
            )
            try session.execute(
                "INSERT INTO session (id, account_id, created_at) VALUES (?, ?, ?)",
                [id, accountID, time]
            )
            try Self.insert(refreshToken, of: id, at: time, in: session)
        }
    }

    /// Exchanges a refresh token: compare-and-set on its row, so that of two parallel uses one is the second.
    func refresh(_ token: String, successor: OpaqueToken) async throws -> RefreshOutcome {
        let time = now().timeIntervalSince1970
        return try await database.write { session in
            let digest = Array(OpaqueToken.digest(of: token))
            let row = try session.row(
                """
                SELECT refresh_token.session_id, refresh_token.used_at, refresh_token.created_at AS token_created_at,
                    session.created_at AS session_created_at, session.revoked_at, session.account_id
                FROM refresh_token JOIN session ON session.id = refresh_token.session_id WHERE digest = ?
                """,
                [digest]
            )
            guard let row else { return .refused }
            let sessionID: String = try row["session_id"]
            if try row.optional("used_at") as Double? != nil {
                try Self.revoke(sessionID, at: time, in: session)
                return .reused(sessionID: sessionID)
            }
            guard try Self.isAlive(row, at: time) else { return .refused }
            try session.execute(
                "UPDATE refresh_token SET used_at = ? WHERE digest = ? AND used_at IS NULL",
                [time, digest]
            )
            try Self.insert(successor, of: sessionID, at: time, in: session)
            let account = try session.row(
                "SELECT \(AccountRows.columns) FROM account WHERE id = ?",
                [try row["account_id"] as String]
            ).map(AccountRows.account)
            return account.map { .refreshed($0, sessionID: sessionID) } ?? .refused
        }
    }

    /// Ends a session; one that has ended is no error.
    func end(id: String) async throws {
        let time = now().timeIntervalSince1970
        try await database.write { try Self.revoke(id, at: time, in: $0) }
    }

    /// The roles that the owner of a session has now; nil when the session has ended or is not there.
    func currentRoles(ofSession id: String) async throws -> Set<String>? {
        let oldest = now().timeIntervalSince1970 - Double(TokenLifetimes.session.components.seconds)
        return try await database.read { session in
            let roles: String? = try session.value(
                """
                SELECT roles FROM session JOIN account ON account.id = session.account_id
                WHERE session.id = ? AND session.revoked_at IS NULL AND session.created_at > ?
                """,
                [id, oldest]
            )
            return roles.map(AccountRows.roles)
        }
    }

    private static func isAlive(_ row: SQLRow, at time: Double) throws -> Bool {
        let sessionAge = time - (try row["session_created_at"] as Double)
        let tokenAge = time - (try row["token_created_at"] as Double)
        return try row.optional("revoked_at") as Double? == nil
            && sessionAge < Double(TokenLifetimes.session.components.seconds)
            && tokenAge < Double(TokenLifetimes.refreshIdle.components.seconds)
    }

    private static func insert(_ token: OpaqueToken, of sessionID: String, at time: Double, in session: any SQLSession)
        throws
    {
        try session.execute(
            "INSERT INTO refresh_token (digest, session_id, created_at) VALUES (?, ?, ?)",
            [Array(token.digest), sessionID, time]
        )
    }

    private static func revoke(_ id: String, at time: Double, in session: any SQLSession) throws {
        try session.execute("UPDATE session SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", [time, id])
    }
}
