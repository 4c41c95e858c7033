import FoundationEssentials
import GRDB

extension SQLiteQueue: DeadLetterStore {
    /// A page by `(dead at, sequence)`, descending; the cursor is that pair.
    public func deadLetters(after cursor: String?, limit: Int) async throws(MessagingError) -> DeadLetterPage {
        let position = try Self.position(cursor)
        return try await StoreAccess.perform("queue") {
            try await database.read { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT * FROM message WHERE state = 'dead' AND (finished_at, sequence) < (?, ?)
                        ORDER BY finished_at DESC, sequence DESC LIMIT ?
                        """,
                    arguments: [position.time, position.sequence, limit + 1]
                )
                let page = rows.prefix(limit)
                let next = rows.count > limit ? page.last.map(Self.cursor) : nil
                return DeadLetterPage(letters: try page.map(Self.letter), nextCursor: next)
            }
        }
    }

    /// The dead letter with this ID.
    public func deadLetter(id: String) async throws(MessagingError) -> DeadLetter? {
        try await StoreAccess.perform("queue") {
            try await database.read { database in
                try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM message WHERE state = 'dead' AND id = ?",
                    arguments: [id]
                ).map(Self.letter)
            }
        }
    }

    /// Makes the letter ready, due at once.
    public func replay(id: String) async throws(MessagingError) -> Bool {
        try await replay(where: "AND id = :id", id: id) > 0
    }

    /// Makes all letters ready, due at once.
    public func replayAll() async throws(MessagingError) -> Int {
        try await replay(where: "AND :id = ''", id: "")
    }

    /// Removes the row's contents but keeps its ID, so that it cannot come back from an outbox.
    public func delete(id: String) async throws(MessagingError) -> Bool {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.write { database in
                try database.execute(
                    sql: """
                        UPDATE message SET state = 'done', finished_at = ?, body = x'', failures = '[]'
                        WHERE state = 'dead' AND id = ?
                        """,
                    arguments: [time, id]
                )
                return database.changesCount > 0
            }
        }
    }

    private func replay(where condition: String, id: String) async throws(MessagingError) -> Int {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.write { database in
                try database.execute(
                    sql: """
                        UPDATE message SET state = 'ready', available_at = :time, attempt = 0, finished_at = NULL
                        WHERE state = 'dead' \(condition)
                        """,
                    arguments: ["time": time, "id": id]
                )
                return database.changesCount
            }
        }
    }

    private static func letter(_ row: Row) throws -> DeadLetter {
        DeadLetter(
            message: HeaderCoding.message(row),
            enqueuedAt: Date(timeIntervalSince1970: row["enqueued_at"]),
            deadAt: Date(timeIntervalSince1970: row["finished_at"]),
            attempts: row["attempt"],
            failures: try FailureCoding.decode(row["failures"])
        )
    }

    private static func cursor(_ row: Row) -> String {
        "\(row["finished_at"] as Double)_\(row["sequence"] as Int64)"
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
