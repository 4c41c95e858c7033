import Logging
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
    /// Where the stream does not take the record for its length, the outcome counts for more than the errors before it.
    private func settle(
        _ claim: Claim,
        _ change: @Sendable (inout QueueRecord) -> Void
    ) async throws(MessagingError) {
        let stream = try await stream()
        let id = claim.message.id
        var held = state.withLock { $0.held[id] }
        if held?.stored.record.fence != claim.fence { held = nil }
        var unanswered = held?.unanswered ?? []
        var known = unanswered.isEmpty ? held?.stored : nil
        var cuts = 0
        while true {
            guard let stored = if let known { known } else { try await stream.record(id: id) } else {
                throw lost(claim)
            }
            if unanswered.contains(stored.record.change), stored.record.digest.state != .leased { return forget(claim) }
            guard stored.record.digest.state == .leased, stored.record.fence == claim.fence else { throw lost(claim) }
            var record = stored.record.changed()
            change(&record)
            for _ in 0..<cuts { _ = record.cutFailures() }
            let outcome: JetStream.Outcome
            do throws(MessagingError) {
                outcome = try await stream.replace(record, at: stored.sequence)
            } catch {
                unanswered.append(record.change)
                if error.code == .refused, record.cutFailures() {
                    cuts += 1
                    tell(ofCutting: claim, error)
                    known = stored
                    continue
                }
                state.withLock { [unanswered] in $0.held[id] = Held(stored: stored, unanswered: unanswered) }
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

    private func tell(ofCutting claim: Claim, _ error: MessagingError) {
        Logger.current.warning(
            "message has become too long for its errors; they are cut",
            metadata: ["message.id": "\(claim.message.id)", "error": "\(error)"]
        )
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
