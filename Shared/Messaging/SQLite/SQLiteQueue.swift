public import FoundationEssentials
import SQLStorage
import SQLiteStorage

/// A message queue in one SQLite file that all processes of one machine share.
///
/// Every change is one committed transaction (`synchronous=FULL`). Looking for work is a read; the write lock is taken
/// only when something is due. Done messages keep their ID for ``dedupeWindow`` and lose their body at once.
public struct SQLiteQueue: MessageQueue {
    /// How long the ID of a done message is remembered.
    public static let dedupeWindow = Duration.seconds(7 * 24 * 3600)

    let database: SQLiteDatabase
    let now: @Sendable () -> Date

    /// Opens or creates the queue file.
    ///
    /// - Throws: `SQLiteStorageError` naming the file and what to do about it.
    public init(path: String, now: @escaping @Sendable () -> Date) throws {
        database = try SQLiteDatabase.open(path, migrations: QueueSchema.migrations)
        self.now = now
    }

    /// Inserts the message unless its ID is known.
    public func enqueue(_ message: Message, delay: Duration) async throws(MessagingError) -> EnqueueOutcome {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.write { session in
                try session.execute(
                    "DELETE FROM message WHERE state = 'done' AND finished_at < ?",
                    [time - Self.dedupeWindow.inSeconds]
                )
                let added = try session.execute(
                    """
                    INSERT INTO message (id, topic, body, headers, state, enqueued_at, available_at)
                    VALUES (?, ?, ?, ?, 'ready', ?, ?) ON CONFLICT (id) DO NOTHING
                    """,
                    [
                        message.id, message.topic, message.body, try HeaderCoding.encode(message.headers), time,
                        time + delay.inSeconds,
                    ]
                )
                return added > 0 ? .accepted : .duplicate
            }
        }
    }

    /// Takes what is due: ready messages, and leased ones whose lease ran out.
    public func claim(topic: String, limit: Int, lease: Duration) async throws(MessagingError) -> [Claim] {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            let isDue = try await database.read { session in
                try session.value(
                    """
                    SELECT EXISTS (SELECT 1 FROM message
                    WHERE topic = ? AND state IN ('ready', 'leased') AND available_at <= ?)
                    """,
                    [topic, time]
                ) ?? false
            }
            guard isDue else { return [] }
            return try await database.write { session in
                try session.rows(
                    """
                    SELECT sequence FROM message
                    WHERE topic = ? AND state IN ('ready', 'leased') AND available_at <= ?
                    ORDER BY available_at, sequence LIMIT ?
                    """,
                    [topic, time, limit]
                ).map { try Self.lease(try $0[0], until: time + lease.inSeconds, in: session) }
            }
        }
    }

    private static func lease(_ sequence: Int64, until end: Double, in session: any SQLSession) throws -> Claim {
        let row = try session.row(
            """
            UPDATE message SET state = 'leased', available_at = ?, attempt = attempt + 1, fence = fence + 1
            WHERE sequence = ? RETURNING id, topic, body, headers, attempt, fence
            """,
            [end, sequence]
        )
        guard let row else {
            throw MessagingError(.notFound, "message \(sequence) vanished while it was claimed")
        }
        return Claim(message: try HeaderCoding.message(row), attempt: try row["attempt"], fence: try row["fence"])
    }

    /// Moves the lease's end.
    public func renew(_ claim: Claim, lease: Duration) async throws(MessagingError) {
        let end = now().timeIntervalSince1970 + lease.inSeconds
        try await settle(claim, sql: "available_at = ?", value: end)
    }

    /// Marks the message done and erases its body.
    public func complete(_ claim: Claim) async throws(MessagingError) {
        let time = now().timeIntervalSince1970
        try await settle(claim, sql: "state = 'done', finished_at = ?, body = x'', failures = '[]'", value: time)
    }

    /// Makes the message ready again after the pause.
    public func retry(_ claim: Claim, after pause: Duration, error: String) async throws(MessagingError) {
        let due = now().timeIntervalSince1970 + pause.inSeconds
        try await settle(claim, sql: "state = 'ready', available_at = ?", value: due, failure: error)
    }

    /// Makes the message a dead letter.
    public func bury(_ claim: Claim, error: String) async throws(MessagingError) {
        let time = now().timeIntervalSince1970
        try await settle(claim, sql: "state = 'dead', finished_at = ?", value: time, failure: error)
    }

    /// Counts messages by state.
    public func depth() async throws(MessagingError) -> QueueDepth {
        try await StoreAccess.perform("queue") {
            try await database.read { session in
                // The indexes of what is alive: done messages are many more.
                let rows = try session.rows(
                    """
                    SELECT state, count(*) FROM message WHERE state IN ('ready', 'leased') GROUP BY state
                    UNION ALL SELECT 'dead', count(*) FROM message WHERE state = 'dead'
                    """
                )
                let counts = Dictionary(
                    uniqueKeysWithValues: try rows.map { (try $0[0] as String, try $0[1] as Int) }
                )
                return QueueDepth(
                    ready: counts["ready"] ?? 0,
                    inFlight: counts["leased"] ?? 0,
                    dead: counts["dead"] ?? 0
                )
            }
        }
    }

    /// Looks at all that is alive, in the order in which it is due.
    public func longestDue() async throws(MessagingError) -> Duration? {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            let first: Double? = try await database.read { session in
                try session.value(
                    "SELECT min(available_at) FROM message WHERE state IN ('ready', 'leased') AND available_at <= ?",
                    [time]
                )
            }
            return first.map { .seconds(time - $0) }
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
            try await database.write { session in
                let row = try session.row(
                    "SELECT failures FROM message WHERE id = ? AND fence = ? AND state = 'leased'",
                    [claim.message.id, claim.fence]
                )
                guard let row else {
                    throw MessagingError(.leaseLost, "the claim on message \(claim.message.id) is no longer valid")
                }
                try session.execute("UPDATE message SET \(assignments) WHERE id = ?", [value, claim.message.id])
                guard let failure else { return }
                let failures =
                    try FailureCoding.decode(try row["failures"])
                    + [DeadLetter.Failure(at: time, attempt: claim.attempt, message: failure)]
                try session.execute(
                    "UPDATE message SET failures = ? WHERE id = ?",
                    [try FailureCoding.encode(failures), claim.message.id]
                )
            }
        }
    }
}
