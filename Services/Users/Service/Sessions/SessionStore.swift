import FoundationEssentials
import GRDB
import UsersDomain

/// Sessions and the refresh tokens that keep them alive.
struct SessionStore: Sendable {
    let database: any DatabaseWriter
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
        try await database.write { database in
            try database.execute(
                sql: "DELETE FROM session WHERE created_at < ?",
                arguments: [time - Double(TokenLifetimes.session.components.seconds)]
            )
            try database.execute(
                sql: "INSERT INTO session (id, account_id, created_at) VALUES (?, ?, ?)",
                arguments: [id, accountID, time]
            )
            try Self.insert(refreshToken, of: id, at: time, in: database)
        }
    }

    /// Exchanges a refresh token: compare-and-set on its row, so that of two parallel uses one is the second.
    func refresh(_ token: String, successor: OpaqueToken) async throws -> RefreshOutcome {
        let time = now().timeIntervalSince1970
        return try await database.write { database in
            let digest = OpaqueToken.digest(of: token)
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT refresh_token.session_id, refresh_token.used_at, refresh_token.created_at AS token_created_at,
                        session.created_at AS session_created_at, session.revoked_at, session.account_id
                    FROM refresh_token JOIN session ON session.id = refresh_token.session_id WHERE digest = ?
                    """,
                arguments: [digest]
            )
            guard let row else { return .refused }
            let sessionID: String = row["session_id"]
            if (row["used_at"] as Double?) != nil {
                try Self.revoke(sessionID, at: time, in: database)
                return .reused(sessionID: sessionID)
            }
            guard Self.isAlive(row, at: time) else { return .refused }
            try database.execute(
                sql: "UPDATE refresh_token SET used_at = ? WHERE digest = ? AND used_at IS NULL",
                arguments: [time, digest]
            )
            try Self.insert(successor, of: sessionID, at: time, in: database)
            let account = try Row.fetchOne(
                database,
                sql: "SELECT \(AccountRows.columns) FROM account WHERE id = ?",
                arguments: [row["account_id"] as String]
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
        return try await database.read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT roles FROM session JOIN account ON account.id = session.account_id
                    WHERE session.id = ? AND session.revoked_at IS NULL AND session.created_at > ?
                    """,
                arguments: [id, oldest]
            ).map(AccountRows.roles)
        }
    }

    private static func isAlive(_ row: Row, at time: Double) -> Bool {
        let sessionAge = time - (row["session_created_at"] as Double)
        let tokenAge = time - (row["token_created_at"] as Double)
        return (row["revoked_at"] as Double?) == nil
            && sessionAge < Double(TokenLifetimes.session.components.seconds)
            && tokenAge < Double(TokenLifetimes.refreshIdle.components.seconds)
    }

    private static func insert(_ token: OpaqueToken, of sessionID: String, at time: Double, in database: Database)
        throws
    {
        try database.execute(
            sql: "INSERT INTO refresh_token (digest, session_id, created_at) VALUES (?, ?, ?)",
            arguments: [token.digest, sessionID, time]
        )
    }

    private static func revoke(_ id: String, at time: Double, in database: Database) throws {
        try database.execute(
            sql: "UPDATE session SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            arguments: [time, id]
        )
    }
}
