import FoundationEssentials
import GRDB

extension SQLiteQueue: MessageErasure {
    /// Reads the topic's live messages one by one and ends those that match.
    public func erase(topic: String, where matches: @Sendable (Message) -> Bool) async throws(MessagingError) -> Int {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.write { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT id, topic, body, headers FROM message WHERE topic = ? AND state <> 'done'",
                    arguments: [topic]
                )
                var matching: [String] = []
                while let row = try rows.next() {
                    let message = HeaderCoding.message(row)
                    if matches(message) { matching.append(message.id) }
                }
                for id in matching {
                    try database.execute(
                        sql: """
                            UPDATE message SET state = 'done', finished_at = ?, body = x'', failures = '[]',
                                fence = fence + 1
                            WHERE id = ?
                            """,
                        arguments: [time, id]
                    )
                }
                return matching.count
            }
        }
    }
}
