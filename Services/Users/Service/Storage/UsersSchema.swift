import Messaging
import PostgreSQL
import SQLStorage
import SQLiteStorage

/// The tables of the users service.
enum UsersSchema {
    static let sqlite = [
        SQLiteMigration("1 accounts, sessions, keys, outbox", tables(.sqlite)),
        SQLiteMigration("2 indexes for what is removed by its age", ageIndexes),
        SQLiteMigration("3 refusals in the outbox", SQLOutbox.refusals(.sqlite)),
        SQLiteMigration("4 check of the pepper", pepperCheck(.sqlite)),
    ]

    /// The same history for PostgreSQL.
    static let postgreSQL = [
        PostgreSQLMigration("users 1 accounts, sessions, keys, outbox", tables(.postgreSQL)),
        PostgreSQLMigration("users 2 indexes for what is removed by its age", ageIndexes),
        PostgreSQLMigration("users 3 refusals in the outbox", SQLOutbox.refusals(.postgreSQL)),
        PostgreSQLMigration("users 4 check of the pepper", pepperCheck(.postgreSQL)),
    ]

    /// Without them whoever logs in reads all sessions, which in a serializable transaction is in everybody's way.
    private static let ageIndexes = """
        CREATE INDEX session_age ON session (created_at);
        CREATE INDEX one_time_token_age ON one_time_token (expires_at);
        CREATE INDEX outbox_age ON outbox (relayed_at) WHERE relayed_at IS NOT NULL;
        """

    /// One row, by which a process knows at its start whether it has the right pepper.
    private static func pepperCheck(_ dialect: SQLDialect) -> String {
        """
        CREATE TABLE pepper_check (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            password_hash TEXT NOT NULL
        ) \(dialect.strict);
        """
    }

    /// The tables of the first version.
    ///
    /// A token's row carries name and password of the registration it confirms: whoever confirms an address gets the
    /// password that was chosen together with that very token, not one that somebody else registered before. An account
    /// that was registered again before it was confirmed is `contested`: nobody knows whose password is the owner's.
    private static func tables(_ dialect: SQLDialect) -> String {
        """
        CREATE TABLE account (
            id TEXT PRIMARY KEY,
            email TEXT NOT NULL,
            canonical_email TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            roles TEXT NOT NULL DEFAULT '',
            verified_at \(dialect.real),
            contested INTEGER NOT NULL DEFAULT 0,
            created_at \(dialect.real) NOT NULL,
            version \(dialect.integer) NOT NULL DEFAULT 1
        ) \(dialect.strict);
        CREATE TABLE one_time_token (
            digest \(dialect.bytes) PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            purpose TEXT NOT NULL CHECK (purpose IN ('verification', 'password-reset')),
            name TEXT,
            password_hash TEXT,
            expires_at \(dialect.real) NOT NULL
        ) \(dialect.strict);
        CREATE INDEX one_time_token_account ON one_time_token (account_id, purpose);
        CREATE TABLE session (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            created_at \(dialect.real) NOT NULL,
            revoked_at \(dialect.real)
        ) \(dialect.strict);
        CREATE INDEX session_account ON session (account_id);
        CREATE TABLE refresh_token (
            digest \(dialect.bytes) PRIMARY KEY,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            created_at \(dialect.real) NOT NULL,
            used_at \(dialect.real)
        ) \(dialect.strict);
        CREATE INDEX refresh_token_session ON refresh_token (session_id);
        CREATE TABLE signing_key (
            id TEXT PRIMARY KEY,
            sealed \(dialect.bytes) NOT NULL,
            created_at \(dialect.real) NOT NULL
        ) \(dialect.strict);

        """
            + SQLOutbox.tables(dialect)
    }
}
