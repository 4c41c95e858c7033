import Logging
public import Messaging

extension JetStreamQueue: DeadLetterStore {
    /// A page by `(dead at, number of the change)`, descending; the cursor is that pair.
    public func deadLetters(after cursor: String?, limit: Int) async throws(MessagingError) -> DeadLetterPage {
        let position = try Self.position(cursor)
        let stream = try await stream()
        let dead = try await currentView().withIndex { $0.dead() }
            .drop { ($0.time, $0.sequence) >= position }
        let page = dead.prefix(limit)
        var letters: [DeadLetter] = []
        for entry in page {
            // One that was replayed meanwhile is no dead letter any more.
            guard let stored = try await stream.record(id: entry.id), stored.record.digest.state == .dead else {
                continue
            }
            letters.append(stored.record.letter)
        }
        let next = dead.count > limit ? page.last.map { "\($0.time)_\($0.sequence)" } : nil
        return DeadLetterPage(letters: letters, nextCursor: next)
    }

    /// The dead letter with this ID.
    public func deadLetter(id: String) async throws(MessagingError) -> DeadLetter? {
        guard let stored = try await stream().record(id: id), stored.record.digest.state == .dead else { return nil }
        return stored.record.letter
    }

    /// Makes the letter ready, due at once.
    public func replay(id: String) async throws(MessagingError) -> Bool {
        try await change(id) { [time] record in
            guard record.digest.state == .dead else { return false }
            record.digest.state = .ready
            record.digest.time = time
            record.attempt = 0
            return true
        }
    }

    /// Makes all letters ready, due at once.
    public func replayAll() async throws(MessagingError) -> Int {
        var count = 0
        for entry in try await currentView().withIndex({ $0.dead() }) where try await replay(id: entry.id) {
            count += 1
        }
        return count
    }

    /// Removes the record's contents but keeps its ID, so that it cannot come back from an outbox.
    public func delete(id: String) async throws(MessagingError) -> Bool {
        try await change(id) { [time] record in
            guard record.digest.state == .dead else { return false }
            record.finish(at: time)
            return true
        }
    }

    private static func position(_ cursor: String?) throws(MessagingError) -> (time: Double, sequence: UInt64) {
        guard let cursor else { return (.infinity, 0) }
        let parts = cursor.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Double(parts[0]), time.isFinite, let sequence = UInt64(parts[1]) else {
            throw MessagingError(.invalidCursor, "the cursor is none of this queue's")
        }
        return (time, sequence)
    }
}

extension JetStreamQueue: MessageErasure {
    /// Reads the topic's live messages one by one and ends those that match.
    public func erase(topic: String, where matches: @Sendable (Message) -> Bool) async throws(MessagingError) -> Int {
        var count = 0
        for id in try await currentView().withIndex({ $0.ids(of: topic) }) {
            let isErased = try await change(id) { [time] record in
                guard record.digest.state != .done, record.digest.topic == topic, matches(record.message) else {
                    return false
                }
                record.finish(at: time)
                record.fence += 1
                return true
            }
            if isErased { count += 1 }
        }
        return count
    }

    /// Changes a record, whoever else does so at the same time; `body` says of each state whether it is to be changed.
    private func change(
        _ id: String,
        _ body: (inout QueueRecord) -> Bool
    ) async throws(MessagingError) -> Bool {
        let stream = try await stream()
        while let stored = try await readable(id, in: stream) {
            var record = stored.record.changed()
            guard body(&record) else { return false }
            if case .stored = try await stream.replace(record, at: stored.sequence) { return true }
        }
        return false
    }

    /// A record, or nil where there is none or it cannot be read: the others shall not wait for it.
    private func readable(_ id: String, in stream: JetStream) async throws(MessagingError) -> JetStream.Stored? {
        do throws(MessagingError) {
            return try await stream.record(id: id)
        } catch {
            guard error.cause is JetStream.Unreadable else { throw error }
            Logger.current.error("message cannot be read; it is passed over", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
