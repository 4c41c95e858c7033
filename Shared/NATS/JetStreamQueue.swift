public import FoundationEssentials
import Logging
public import Messaging
import Metrics
import Synchronization

/// A message queue in one stream of NATS JetStream that all processes share.
///
/// Each message is one record, the only message of a subject of its own. A change replaces the record if nobody has done so
/// since it was read (`Nats-Expected-Last-Subject-Sequence`); the server has written it to its file before it answers. That is
/// what consumers of JetStream do not give: an outcome that only the latest claim may settle, acknowledgements that survive
/// a server that is killed, and IDs that stay known for longer than its memory of them.
///
/// Times come from the clocks of the processes, which must agree to well within a lease.
public final class JetStreamQueue: Sendable {
    /// How long the ID of a done message is remembered.
    public static let dedupeWindow = Duration.seconds(7 * 24 * 3600)

    /// How long a claim is remembered after the end of its lease.
    static let memoryOfClaims = Duration.seconds(3600)
    /// How long a message is left alone that cannot be claimed.
    public static let refusalPause = Duration.seconds(600)
    /// How often others may take all that was due before a claim ends with nothing.
    static let roundsInVain = 8

    /// A claim of ours, with its record as we know it.
    struct Held {
        var stored: JetStream.Stored
        /// The settling changes of which no answer came.
        var unanswered: [String] = []
    }

    struct State {
        var isStreamMade = false
        var held: [String: Held] = [:]
        var sweep = Sweep()
    }

    private let jetStream: JetStream
    private let view: QueueView
    let state = Mutex(State())
    let now: @Sendable () -> Date

    /// Describes the queue; the connection is made and the stream is looked for when they are needed.
    public init(_ settings: NATSSettings, now: @escaping @Sendable () -> Date) {
        jetStream = JetStream(connection: NATSConnection(settings), address: settings.address)
        view = QueueView(jetStream)
        self.now = now
    }

    var time: Double { now().timeIntervalSince1970 }

    /// Requests to the stream, which is made when there is none.
    func stream() async throws(MessagingError) -> JetStream {
        if !state.withLock({ $0.isStreamMade }) {
            try await jetStream.ensureStream()
            state.withLock { state in
                state.isStreamMade = true
                state.sweep = Sweep()
            }
        }
        return jetStream
    }

    /// The index, once it knows everything that was done before this call.
    func currentView() async throws(MessagingError) -> QueueView {
        let stream = try await stream()
        try await noticing(stream) { _ throws(MessagingError) in try await view.catchUp() }
        return view
    }

    /// Does something with the stream; where there is none any more, the next call makes one.
    func noticing<Value>(
        _ stream: JetStream,
        _ body: (JetStream) async throws(MessagingError) -> Value
    ) async throws(MessagingError) -> Value {
        do throws(MessagingError) {
            return try await body(stream)
        } catch {
            if error.cause is NoStream { state.withLock { $0.isStreamMade = false } }
            throw error
        }
    }

    /// Writes the message's first record unless there is one.
    public func enqueue(_ message: Message, delay: Duration) async throws(MessagingError) -> EnqueueOutcome {
        let stream = try await stream()
        await sweep(stream)
        let time = time
        let record = QueueRecord(message, at: time, due: time + delay / .seconds(1))
        let outcome = try await noticing(stream) { stream throws(MessagingError) in
            try await stream.replace(record.changed(), at: 0)
        }
        switch outcome {
        case .stored: return .accepted
        case .conflict: return .duplicate
        }
    }

    // MARK: Claiming

    /// Takes what is due: ready messages, and leased ones whose lease ran out.
    public func claim(topic: String, limit: Int, lease: Duration) async throws(MessagingError) -> [Claim] {
        let stream = try await stream()
        var claims: [Claim] = []
        var roundsInVain = 0
        forgetOldClaims()
        while claims.count < limit, roundsInVain < Self.roundsInVain {
            do throws(MessagingError) {
                try await noticing(stream) { _ throws(MessagingError) in try await view.catchUp() }
                let ids = view.take(topic: topic, limit: limit - claims.count, at: time)
                guard !ids.isEmpty else { break }
                let before = claims.count
                claims += try await take(ids, from: stream, lease: lease)
                // Others took the rest at the same time; there may be more behind.
                roundsInVain = claims.count == before ? roundsInVain + 1 : 0
            } catch {
                // What was claimed is ours, whatever became of the others.
                guard claims.isEmpty else { break }
                throw error
            }
        }
        return claims
    }

    /// What became of one message that was due.
    private enum Attempt {
        case claimed(Claim)
        /// Somebody else was faster.
        case conflict
        /// Nobody can claim it.
        case passedOver
        case failed(MessagingError)

        var claim: Claim? {
            if case .claimed(let claim) = self { claim } else { nil }
        }
    }

    /// Claims these messages at the same time; those that somebody else took are left out.
    private func take(_ ids: [String], from stream: JetStream, lease: Duration) async throws(MessagingError) -> [Claim]
    {
        let attempts = await withTaskGroup(of: (place: Int, attempt: Attempt).self) { group in
            for (place, id) in ids.enumerated() {
                group.addTask { [self] in (place, await attempt(id, from: stream, lease: lease)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        .sorted { $0.place < $1.place }.map(\.attempt)
        let claims = attempts.compactMap(\.claim)
        var isContested = false
        for attempt in attempts {
            switch attempt {
            case .failed(let error) where claims.isEmpty: throw error
            case .conflict: isContested = true
            case .claimed, .passedOver, .failed: break
            }
        }
        if isContested { Counter(label: "clowder_queue_conflicts_total").increment() }
        return claims
    }

    /// Claims one message.
    ///
    /// Nobody can work on what cannot be read or has become too long to be claimed; the others shall not wait for it. Such
    /// a message is looked at again after ``refusalPause``, and with the next connection.
    private func attempt(_ id: String, from stream: JetStream, lease: Duration) async -> Attempt {
        do throws(MessagingError) {
            return try await take(id, from: stream, lease: lease).map { .claimed($0) } ?? .conflict
        } catch {
            guard error.code == .refused || error.cause is JetStream.Unreadable else {
                view.withIndex { $0.giveBack(id) }
                return .failed(error)
            }
            let end = time + Self.refusalPause / .seconds(1)
            view.withIndex { $0.giveBack(id, notBefore: end) }
            Logger.current.error(
                "message cannot be claimed; it is passed over",
                metadata: ["message.id": "\(id)", "error": "\(error)"]
            )
            return .passedOver
        }
    }

    private func take(_ id: String, from stream: JetStream, lease: Duration) async throws(MessagingError) -> Claim? {
        guard let stored = try await stream.record(id: id) else {
            view.withIndex { $0.forget(id) }
            return nil
        }
        let time = time
        var record = stored.record.changed()
        record.lease(until: time + lease / .seconds(1))
        guard stored.record.isDue(at: time),
            case .stored(let sequence) = try await stream.replace(record, at: stored.sequence)
        else {
            // If somebody else changed it, the index learns that before it is asked again.
            view.withIndex { $0.giveBack(id) }
            return nil
        }
        state.withLock { $0.held[id] = Held(stored: JetStream.Stored(sequence: sequence, record: record)) }
        return Claim(message: record.message, attempt: record.attempt, fence: record.fence)
    }

    // MARK: Forgetting

    /// Lets go of claims whose lease ended long ago without an outcome.
    private func forgetOldClaims() {
        let oldest = time - Self.memoryOfClaims / .seconds(1)
        state.withLock { state in
            state.held = state.held.filter { $0.value.stored.record.digest.time > oldest }
        }
    }

    /// Removes done messages whose time is over, a few at a time.
    private func sweep(_ stream: JetStream) async {
        let time = time
        guard var sweep = state.withLock({ $0.sweep.begin(at: time) }) else { return }
        await sweep.run(on: stream, before: time - Self.dedupeWindow / .seconds(1))
        state.withLock { $0.sweep.end(sweep, at: time) }
    }
}
