public import FoundationEssentials
public import SQLStorage

/// An outbox table in the database of the service that writes to it.
public struct SQLOutbox: Outbox {
    /// How long relayed rows are kept, as a record of what was sent.
    public static let retention = Duration.seconds(7 * 24 * 3600)

    private let database: any SQLDatabase
    private let now: @Sendable () -> Date

    /// What can be claimed at a time; all of it stands in the index `outbox_pending` of SQLite.
    static let due = "FROM outbox WHERE relayed_at IS NULL AND claimed_until <= ?"
    /// What was set aside.
    static let setAside = "FROM outbox WHERE relayed_at IS NULL AND refusal IS NOT NULL"

    /// Creates an outbox on a database whose migrations include ``tables(_:)`` and ``refusals(_:)``.
    public init(database: any SQLDatabase, now: @escaping @Sendable () -> Date) {
        self.database = database
        self.now = now
    }

    /// The statements that create the table; part of a migration of the service's own.
    public static func tables(_ dialect: SQLDialect) -> String {
        """
        CREATE TABLE outbox (
            sequence \(dialect.growingKey),
            id TEXT NOT NULL UNIQUE,
            topic TEXT NOT NULL,
            body \(dialect.bytes) NOT NULL,
            headers TEXT NOT NULL,
            written_at \(dialect.real) NOT NULL,
            claimed_until \(dialect.real) NOT NULL DEFAULT 0,
            relayed_at \(dialect.real)
        ) \(dialect.strict);
        CREATE INDEX outbox_pending ON outbox (sequence) WHERE relayed_at IS NULL;
        """
    }

    /// Makes room for why a message was set aside; a step of the schema's history after ``tables(_:)``.
    ///
    /// What is set aside may be long, and whoever looks for work comes by it each time. SQLite reads all of a body to get to
    /// the column behind it, so there the index tells what is claimed. PostgreSQL keeps long bodies elsewhere, and took the
    /// primary key in place of an index like that one: it would pass the relayed rows of a week.
    public static func refusals(_ dialect: SQLDialect) -> String {
        let column = """
            ALTER TABLE outbox ADD COLUMN refusal TEXT;
            CREATE INDEX outbox_refused ON outbox (relayed_at) WHERE relayed_at IS NULL AND refusal IS NOT NULL;

            """
        let pending = """
            DROP INDEX outbox_pending;
            CREATE INDEX outbox_pending ON outbox (sequence, claimed_until, relayed_at) WHERE relayed_at IS NULL;

            """
        return switch dialect {
        case .sqlite: column + pending
        case .postgreSQL: column
        }
    }

    /// Writes a message; call it in the transaction that makes the change the message tells of.
    public func append(_ message: Message, in session: any SQLSession) throws {
        try session.execute(
            "INSERT INTO outbox (id, topic, body, headers, written_at) VALUES (?, ?, ?, ?, ?)",
            [
                message.id, message.topic, message.body, try HeaderCoding.encode(message.headers),
                now().timeIntervalSince1970,
            ]
        )
    }

    /// Removes the messages of a topic that are not relayed and whose body contains `text`.
    ///
    /// Call it in the transaction that makes them pointless. What is being relayed at this moment may still arrive.
    public func discard(topic: String, containing text: String, in session: any SQLSession) throws {
        let contains =
            switch database.dialect {
            case .sqlite: "instr(body, ?) > 0"
            case .postgreSQL: "position(? IN body) > 0"
            }
        try session.execute(
            "DELETE FROM outbox WHERE relayed_at IS NULL AND topic = ? AND \(contains)",
            [topic, Array(text.utf8)]
        )
    }

    /// Claims a batch; of two relays at a time none has the same row, and none waits for the other's.
    ///
    /// The selection is materialized: a plan that runs it again for each row takes more than the limit.
    public func claim(limit: Int, lease: Duration) async throws(MessagingError) -> [Message] {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("outbox") {
            let pending = try await database.read { session in
                try session.row("SELECT 1 \(Self.due) LIMIT 1", [time]) != nil
            }
            guard pending else { return [] }
            return try await database.writeClaiming { [dialect = database.dialect] session in
                try session.rows(
                    """
                    WITH taken AS MATERIALIZED (
                        SELECT sequence \(Self.due)
                        ORDER BY sequence LIMIT ? \(dialect.skippingLocked)
                    )
                    UPDATE outbox SET claimed_until = ? WHERE sequence IN (SELECT sequence FROM taken)
                    RETURNING sequence, id, topic, body, headers
                    """,
                    [time, limit, time + lease.inSeconds]
                )
                // `RETURNING` gives rows in no particular order.
                .map { row in (sequence: try row["sequence"] as Int64, message: try HeaderCoding.message(row)) }
                .sorted { $0.sequence < $1.sequence }
                .map(\.message)
            }
        }
    }

    /// Marks the rows, erases their bodies and removes rows older than ``retention``.
    public func markRelayed(_ ids: [String]) async throws(MessagingError) {
        let time = now().timeIntervalSince1970
        let nothing: [UInt8] = []
        try await StoreAccess.perform("outbox") {
            try await database.writeClaiming { session in
                for id in ids {
                    try session.execute(
                        "UPDATE outbox SET relayed_at = ?, body = ?, refusal = NULL WHERE id = ?",
                        [time, nothing, id]
                    )
                }
                try session.execute("DELETE FROM outbox WHERE relayed_at < ?", [time - Self.retention.inSeconds])
            }
        }
    }

    /// Ends the claim on rows that are not relayed.
    public func release(_ ids: [String]) async throws(MessagingError) {
        try await StoreAccess.perform("outbox") {
            try await database.writeClaiming { session in
                for id in ids {
                    try session.execute(
                        "UPDATE outbox SET claimed_until = 0 WHERE id = ? AND relayed_at IS NULL",
                        [id]
                    )
                }
            }
        }
    }

    /// Moves the claim's end and notes the reason.
    public func setAside(_ id: String, for pause: Duration, because reason: String) async throws(MessagingError) {
        let end = now().timeIntervalSince1970 + pause.inSeconds
        try await StoreAccess.perform("outbox") {
            try await database.writeClaiming { session in
                _ = try session.execute(
                    "UPDATE outbox SET claimed_until = ?, refusal = ? WHERE id = ? AND relayed_at IS NULL",
                    [end, reason, id]
                )
            }
        }
    }

    /// Counts the rows that are not relayed.
    public func backlog() async throws(MessagingError) -> Int {
        try await count("FROM outbox WHERE relayed_at IS NULL")
    }

    /// Counts the rows that have a reason and are not relayed.
    public func refused() async throws(MessagingError) -> Int {
        try await count(Self.setAside)
    }

    private func count(_ rows: String) async throws(MessagingError) -> Int {
        try await StoreAccess.perform("outbox") {
            try await database.read { session in
                try session.value("SELECT count(*) \(rows)") ?? 0
            }
        }
    }

    /// Looks at the row that was written first, of those that are not set aside.
    public func longestWait() async throws(MessagingError) -> Duration? {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("outbox") {
            let oldest: Double? = try await database.read { session in
                try session.value(
                    "SELECT written_at FROM outbox WHERE relayed_at IS NULL AND refusal IS NULL ORDER BY sequence LIMIT 1"
                )
            }
            return oldest.map { .seconds(max(0, time - $0)) }
        }
    }
}
