import FoundationEssentials
import SQLStorage
import SQLiteStorage

extension SQLiteQueue: MessageErasure {
    /// Reads the topic's live messages one by one and ends those that match.
    public func erase(topic: String, where matches: @Sendable (Message) -> Bool) async throws(MessagingError) -> Int {
        let time = now().timeIntervalSince1970
        return try await StoreAccess.perform("queue") {
            try await database.writeRows { session in
                var matching: [String] = []
                try session.forEachRow(
                    "SELECT id, body, headers FROM message WHERE topic = ? AND state <> 'done'",
                    [topic]
                ) { row in
                    let message = Message(
                        id: try row.text(0) ?? "",
                        topic: topic,
                        body: try row.blob(1) ?? [],
                        headers: HeaderCoding.headers(try row.text(2) ?? "")
                    )
                    if matches(message) { matching.append(message.id) }
                }
                for id in matching {
                    try session.execute(
                        """
                        UPDATE message SET state = 'done', finished_at = ?, body = x'', failures = '[]',
                            fence = fence + 1
                        WHERE id = ?
                        """,
                        [time, id]
                    )
                }
                return matching.count
            }
        }
    }
}
