public import FoundationEssentials
import GRDB
import SQLiteStorage

/// A message queue in one SQLite file that all processes of one machine share.
///
/// Every change is one committed transaction (`synchronous=FULL`). Looking for work is a read; the write lock is taken
/// only when something is due. Done messages keep their ID for ``dedupeWindow`` and lose their body at once.
public struct SQLiteQueue: MessageQueue {
    /// How long the ID of a done message is remembered.
    public static let dedupeWindow = Duration.seconds(7 * 24 * 3600)

    let database: DatabasePool
    let now: @Sendable () -> Date

    /// Opens or creates the queue file.
    ///
    /// - Throws: `SQLiteStorageError` naming the file and what to do about it.
    public init(path: String, now: @escaping @Sendable () -> Date) throws {
        database = try SQLiteDatabase.open(path, migrator: QueueSchema.migrator)
        self.now = now
    }

    /// Inserts the message unless its ID is known.
    public func enqueue(_ message: Message, delay: Duration) async throws(MessagingError) -> EnqueueOutcome {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.write { database in
                try database.execute(
                    sql: "DELETE FROM message WHERE state = 'done' AND finished_at < ?",
                    arguments: [time - Self.dedupeWindow.inSeconds]
                )
                try database.execute(
                    sql: """
                        INSERT INTO message (id, topic, body, headers, state, enqueued_at, available_at)
                        VALUES (?, ?, ?, ?, 'ready', ?, ?) ON CONFLICT (id) DO NOTHING
                        """,
                    arguments: [
                        message.id, message.topic, Data(message.body), try HeaderCoding.encode(message.headers),
                        time, time + delay.inSeconds,
                    ]
                )
                return database.changesCount > 0 ? .accepted : .duplicate
            }
        }
    }

    /// Takes what is due: ready messages, and leased ones whose lease ran out.
    public func claim(topic: String, limit: Int, lease: Duration) async throws(MessagingError) -> [Claim] {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            let isDue = try await database.read { database in
                try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM message
                        WHERE topic = ? AND state IN ('ready', 'leased') AND available_at <= ?)
                        """,
                    arguments: [topic, time]
                ) ?? false
            }
            guard isDue else { return [] }
            return try await database.write { database in
                let sequences = try Int64.fetchAll(
                    database,
                    sql: """
                        SELECT sequence FROM message
                        WHERE topic = ? AND state IN ('ready', 'leased') AND available_at <= ?
                        ORDER BY available_at, sequence LIMIT ?
                        """,
                    arguments: [topic, time, limit]
                )
                return try sequences.map { try Self.lease($0, until: time + lease.inSeconds, in: database) }
            }
        }
    }

    private static func lease(_ sequence: Int64, until end: Double, in database: Database) throws -> Claim {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE message SET state = 'leased', available_at = ?, attempt = attempt + 1, fence = fence + 1
                WHERE sequence = ? RETURNING id, topic, body, headers, attempt, fence
                """
        )
        guard let row = try Row.fetchOne(statement, arguments: [end, sequence]) else {
            throw MessagingError(.notFound, "message \(sequence) vanished while it was claimed")
        }
        return Claim(message: HeaderCoding.message(row), attempt: row["attempt"], fence: row["fence"])
    }

    /// Moves the lease's end.
    public func renew(_ claim: Claim, lease: Duration) async throws(MessagingError) {
        let end = now().timeIntervalSince1970 + lease.inSeconds
        try await settle(claim, sql: "available_at = :value", value: end)
    }

    /// Marks the message done and erases its body.
    public func complete(_ claim: Claim) async throws(MessagingError) {
        let time = now().timeIntervalSince1970
        try await settle(claim, sql: "state = 'done', finished_at = :value, body = x'', failures = '[]'", value: time)
    }

    /// Makes the message ready again after the pause.
    public func retry(_ claim: Claim, after pause: Duration, error: String) async throws(MessagingError) {
        let due = now().timeIntervalSince1970 + pause.inSeconds
        try await settle(claim, sql: "state = 'ready', available_at = :value", value: due, failure: error)
    }

    /// Makes the message a dead letter.
    public func bury(_ claim: Claim, error: String) async throws(MessagingError) {
        let time = now().timeIntervalSince1970
        try await settle(claim, sql: "state = 'dead', finished_at = :value", value: time, failure: error)
    }

    /// Counts messages by state.
    public func depth() async throws(MessagingError) -> QueueDepth {
        try await StoreAccess.perform("queue") {
            try await database.read { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: "SELECT state, count(*) AS count FROM message GROUP BY state"
                )
                let counts = Dictionary(uniqueKeysWithValues: rows.map { ($0["state"] as String, $0["count"] as Int) })
                return QueueDepth(
                    ready: counts["ready"] ?? 0,
                    inFlight: counts["leased"] ?? 0,
                    dead: counts["dead"] ?? 0
                )
            }
        }
    }

    /// Changes the row of a claim that is still ours.
    private func settle(
        _ claim: Claim,
        sql assignments: String,
        value: Double,
        failure: String? = nil
    ) async throws(MessagingError) {
        let time = now()
        try await StoreAccess.perform("queue") {
            try await database.write { database in
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT failures FROM message WHERE id = ? AND fence = ? AND state = 'leased'",
                    arguments: [claim.message.id, claim.fence]
                )
                guard let row else {
                    throw MessagingError(.leaseLost, "the claim on message \(claim.message.id) is no longer valid")
                }
                try database.execute(
                    sql: "UPDATE message SET \(assignments) WHERE id = :id",
                    arguments: ["value": value, "id": claim.message.id]
                )
                guard let failure else { return }
                let failures =
                    try FailureCoding.decode(row["failures"])
                    + [DeadLetter.Failure(at: time, attempt: claim.attempt, message: failure)]
                try database.execute(
                    sql: "UPDATE message SET failures = ? WHERE id = ?",
                    arguments: [try FailureCoding.encode(failures), claim.message.id]
                )
            }
        }
    }
}
