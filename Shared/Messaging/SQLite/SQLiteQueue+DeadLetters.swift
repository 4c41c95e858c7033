import FoundationEssentials
import SQLStorage
import SQLiteStorage

extension SQLiteQueue: DeadLetterStore {
    /// A page by `(dead at, sequence)`, descending; the cursor is that pair.
    public func deadLetters(after cursor: String?, limit: Int) async throws(MessagingError) -> DeadLetterPage {
        let position = try Self.position(cursor)
        return try await StoreAccess.perform("queue") {
            try await database.read { session in
                let rows = try session.rows(
                    """
                    SELECT * FROM message WHERE state = 'dead' AND (finished_at, sequence) < (?, ?)
                    ORDER BY finished_at DESC, sequence DESC LIMIT ?
                    """,
                    [position.time, position.sequence, limit + 1]
                )
                let page = rows.prefix(limit)
                let next = rows.count > limit ? try page.last.map(Self.cursor) : nil
                return DeadLetterPage(letters: try page.map(Self.letter), nextCursor: next)
            }
        }
    }

    /// The dead letter with this ID.
    public func deadLetter(id: String) async throws(MessagingError) -> DeadLetter? {
        try await StoreAccess.perform("queue") {
            try await database.read { session in
                try session.row("SELECT * FROM message WHERE state = 'dead' AND id = ?", [id]).map(Self.letter)
            }
        }
    }

    /// Makes the letter ready, due at once.
    public func replay(id: String) async throws(MessagingError) -> Bool {
        try await replay(where: "AND id = ?", [id]) > 0
    }

    /// Makes all letters ready, due at once.
    public func replayAll() async throws(MessagingError) -> Int {
        try await replay()
    }

    /// Removes the row's contents but keeps its ID, so that it cannot come back from an outbox.
    public func delete(id: String) async throws(MessagingError) -> Bool {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.write { session in
                try session.execute(
                    """
                    UPDATE message SET state = 'done', finished_at = ?, body = x'', failures = '[]'
                    WHERE state = 'dead' AND id = ?
                    """,
                    [time, id]
                ) > 0
            }
        }
    }

    private func replay(where condition: String = "", _ arguments: [String] = []) async throws(MessagingError) -> Int {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.write { session in
                try session.execute(
                    """
                    UPDATE message SET state = 'ready', available_at = ?, attempt = 0, finished_at = NULL
                    WHERE state = 'dead' \(condition)
                    """,
                    [time] + arguments
                )
            }
        }
    }

    private static func letter(_ row: SQLRow) throws -> DeadLetter {
        DeadLetter(
            message: try HeaderCoding.message(row),
            enqueuedAt: Date(timeIntervalSince1970: try row["enqueued_at"]),
            deadAt: Date(timeIntervalSince1970: try row["finished_at"]),
            attempts: try row["attempt"],
            failures: try FailureCoding.decode(try row["failures"])
        )
    }

    private static func cursor(_ row: SQLRow) throws -> String {
        "\(try row["finished_at"] as Double)_\(try row["sequence"] as Int64)"
    }

    private static func position(_ cursor: String?) throws(MessagingError) -> (time: Double, sequence: Int64) {
        guard let cursor else { return (.greatestFiniteMagnitude, 0) }
        let parts = cursor.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Double(parts[0]), time.isFinite, let sequence = Int64(parts[1]) else {
            throw MessagingError(.invalidCursor, "the cursor is none of this queue's")
        }
        return (time, sequence)
    }
}
