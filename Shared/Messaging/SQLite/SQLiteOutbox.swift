public import FoundationEssentials
public import GRDB

/// An outbox table in the database of the service that writes to it.
public struct SQLiteOutbox: Outbox {
    /// How long relayed rows are kept, as a record of what was sent.
    public static let retention = Duration.seconds(7 * 24 * 3600)

    private let database: any DatabaseWriter
    private let now: @Sendable () -> Date

    /// Creates an outbox on a database whose migrations include ``createTable(in:)``.
    public init(database: any DatabaseWriter, now: @escaping @Sendable () -> Date) {
        self.database = database
        self.now = now
    }

    /// Creates the table; part of a migration of the service's own.
    public static func createTable(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE outbox (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE,
                    topic TEXT NOT NULL,
                    body BLOB NOT NULL,
                    headers TEXT NOT NULL,
                    written_at REAL NOT NULL,
                    claimed_until REAL NOT NULL DEFAULT 0,
                    relayed_at REAL
                ) STRICT;
                CREATE INDEX outbox_pending ON outbox (sequence) WHERE relayed_at IS NULL;
                """
        )
    }

    /// Writes a message; call it in the transaction that makes the change the message tells of.
    public func append(_ message: Message, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO outbox (id, topic, body, headers, written_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                message.id, message.topic, Data(message.body), try HeaderCoding.encode(message.headers),
                now().timeIntervalSince1970,
            ]
        )
    }

    /// Claims a batch under the write lock, so that two relays never have the same row.
    public func claim(limit: Int, lease: Duration) async throws(MessagingError) -> [Message] {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("outbox") {
            let pending = try await database.read { database in
                try Bool.fetchOne(
                    database,
                    sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE relayed_at IS NULL AND claimed_until <= ?)",
                    arguments: [time]
                ) ?? false
            }
            guard pending else { return [] }
            return try await database.write { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        UPDATE outbox SET claimed_until = ? WHERE sequence IN (
                            SELECT sequence FROM outbox WHERE relayed_at IS NULL AND claimed_until <= ?
                            ORDER BY sequence LIMIT ?
                        ) RETURNING sequence, id, topic, body, headers
                        """,
                    arguments: [time + lease.inSeconds, time, limit]
                )
                return try rows.sorted(by: HeaderCoding.areInOrder).map(HeaderCoding.message)
            }
        }
    }

    /// Marks the rows, erases their bodies and removes rows older than ``retention``.
    public func markRelayed(_ ids: [String]) async throws(MessagingError) {
        let time = now().timeIntervalSince1970
        try await StoreAccess.perform("outbox") {
            try await database.write { database in
                for id in ids {
                    try database.execute(
                        sql: "UPDATE outbox SET relayed_at = ?, body = x'' WHERE id = ?",
                        arguments: [time, id]
                    )
                }
                try database.execute(
                    sql: "DELETE FROM outbox WHERE relayed_at < ?",
                    arguments: [time - Self.retention.inSeconds]
                )
            }
        }
    }

    /// Ends the claim on rows that are not relayed.
    public func release(_ ids: [String]) async throws(MessagingError) {
        try await StoreAccess.perform("outbox") {
            try await database.write { database in
                for id in ids {
                    try database.execute(
                        sql: "UPDATE outbox SET claimed_until = 0 WHERE id = ? AND relayed_at IS NULL",
                        arguments: [id]
                    )
                }
            }
        }
    }

    /// Counts the rows that are not relayed.
    public func backlog() async throws(MessagingError) -> Int {
        try await StoreAccess.perform("outbox") {
            try await database.read { database in
                try Int.fetchOne(database, sql: "SELECT count(*) FROM outbox WHERE relayed_at IS NULL") ?? 0
            }
        }
    }
}
