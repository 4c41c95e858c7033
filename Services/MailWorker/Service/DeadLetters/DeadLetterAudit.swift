import Logging
import Messaging
import StructuredLogging

/// Tells in the log who changes dead letters, before it is done and what has become of it.
///
/// A change may be made although it fails: all letters are replayed one by one in some queues, and an answer can be
/// lost. The line before it is there even when the process ends meanwhile.
struct DeadLetterAudit: Sendable {
    /// What is done to letters.
    enum Change: Sendable {
        case replay, replayAll, delete
    }

    private let change: Change
    private let facts: Logger.Metadata

    /// Names who makes a change, and of which letter; all of them without an ID.
    init(_ change: Change, by accountID: String, of id: String? = nil) {
        self.change = change
        var facts: Logger.Metadata = [LogKey.accountID: "\(accountID)"]
        if let id { facts[LogKey.messageID] = "\(id)" }
        self.facts = facts
    }

    /// Makes the change, between the line that tells of it and the one that tells its outcome.
    ///
    /// - Parameter body: The change; returns how many letters it changed.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    func follow(_ body: () async throws(MessagingError) -> Int) async throws(MessagingError) -> Int {
        Logger.current.notice(change.beginning, metadata: facts)
        do throws(MessagingError) {
            let count = try await body()
            let outcome: Logger.Metadata = [LogKey.count: .stringConvertible(count)]
            Logger.current.notice(
                count > 0 ? change.end : "no dead letter changed",
                metadata: facts.merging(outcome) { $1 }
            )
            return count
        } catch {
            Logger.current.warning(change.failure, metadata: facts.merging([LogKey.error: "\(error)"]) { $1 })
            throw error
        }
    }
}

extension DeadLetterAudit.Change {
    fileprivate var beginning: Logger.Message {
        switch self {
        case .replay: "replaying a dead letter"
        case .replayAll: "replaying all dead letters"
        case .delete: "removing a dead letter"
        }
    }

    fileprivate var end: Logger.Message {
        switch self {
        case .replay: "dead letter replayed"
        case .replayAll: "all dead letters replayed"
        case .delete: "dead letter removed"
        }
    }

    fileprivate var failure: Logger.Message {
        switch self {
        case .replay: "replay of a dead letter failed; it may be replayed all the same"
        case .replayAll: "replay of all dead letters failed; some may be replayed"
        case .delete: "removal of a dead letter failed; it may be removed all the same"
        }
    }
}
