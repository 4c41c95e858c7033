public import Messaging
import Synchronization

extension JetStreamQueue: MessageQueue {
    /// Moves the lease's end.
    public func renew(_ claim: Claim, lease: Duration) async throws(MessagingError) {
        try await settle(claim) { [time] in $0.digest.time = time + lease / .seconds(1) }
    }

    /// Marks the message done and erases its body.
    public func complete(_ claim: Claim) async throws(MessagingError) {
        try await settle(claim) { [time] in $0.finish(at: time) }
    }

    /// Makes the message ready again after the pause.
    public func retry(_ claim: Claim, after pause: Duration, error: String) async throws(MessagingError) {
        try await settle(claim) { [time] record in
            record.fail(error, at: time)
            record.digest.state = .ready
            record.digest.time = time + pause / .seconds(1)
        }
    }

    /// Makes the message a dead letter.
    public func bury(_ claim: Claim, error: String) async throws(MessagingError) {
        try await settle(claim) { [time] record in
            record.fail(error, at: time)
            record.digest.state = .dead
            record.digest.time = time
        }
    }

    /// Counts messages by state.
    public func depth() async throws(MessagingError) -> QueueDepth {
        try await currentView().withIndex { $0.depth }
    }

    /// Looks at all that is alive.
    public func longestDue() async throws(MessagingError) -> Duration? {
        let time = time
        return try await currentView().withIndex { $0.firstDue(at: time) }.map { .seconds(time - $0) }
    }

    /// Changes the record of a claim that is still the latest of its message.
    ///
    /// A change of which no answer came may have been made: when the same claim is settled again, its record tells.
    private func settle(
        _ claim: Claim,
        _ change: @Sendable (inout QueueRecord) -> Void
    ) async throws(MessagingError) {
        let stream = try await stream()
        let id = claim.message.id
        var held = state.withLock { $0.held[id] }
        if held?.stored.record.fence != claim.fence { held = nil }
        let unanswered = held?.unanswered ?? []
        var known = unanswered.isEmpty ? held?.stored : nil
        while true {
            guard let stored = if let known { known } else { try await stream.record(id: id) } else {
                throw lost(claim)
            }
            if unanswered.contains(stored.record.change), stored.record.digest.state != .leased { return forget(claim) }
            guard stored.record.digest.state == .leased, stored.record.fence == claim.fence else { throw lost(claim) }
            var record = stored.record.changed()
            change(&record)
            let outcome: JetStream.Outcome
            do throws(MessagingError) {
                outcome = try await stream.replace(record, at: stored.sequence)
            } catch {
                state.withLock { $0.held[id] = Held(stored: stored, unanswered: unanswered + [record.change]) }
                throw error
            }
            guard case .stored(let sequence) = outcome else {
                known = nil
                continue
            }
            guard record.digest.state == .leased else { return forget(claim) }
            let renewed = Held(stored: JetStream.Stored(sequence: sequence, record: record))
            return state.withLock { $0.held[id] = renewed }
        }
    }

    private func lost(_ claim: Claim) -> MessagingError {
        forget(claim)
        return MessagingError(.leaseLost, "the claim on message \(claim.message.id) is no longer ours")
    }

    private func forget(_ claim: Claim) {
        state.withLock { state in
            guard state.held[claim.message.id]?.stored.record.fence == claim.fence else { return }
            state.held[claim.message.id] = nil
        }
    }
}
