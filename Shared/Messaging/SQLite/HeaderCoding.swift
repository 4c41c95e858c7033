import FoundationEssentials
import SQLStorage

/// How messages are stored in rows.
enum HeaderCoding {
    static func encode(_ headers: [String: String]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(headers), as: UTF8.self)
    }

    static func message(_ row: SQLRow) throws -> Message {
        Message(
            id: try row["id"],
            topic: try row["topic"],
            body: try row["body"],
            headers: headers(try row["headers"])
        )
    }

    /// The headers, or none where they cannot be read: a message without its correlation ID is better than one that is
    /// not delivered, and holds up those behind it.
    static func headers(_ text: String) -> [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]  // See above.
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// Runs database work and turns its failures into ``MessagingError``.
enum StoreAccess {
    static func perform<Result>(
        _ store: String,
        _ body: () async throws -> Result
    ) async throws(MessagingError) -> Result {
        do {
            return try await body()
        } catch let error as MessagingError {
            throw error
        } catch {
            throw MessagingError(.unavailable, "the \(store)'s database failed", cause: error)
        }
    }
}
