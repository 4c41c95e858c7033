import FoundationEssentials
import Logging
import Messaging
import Metrics
import Synchronization

/// What a process knows of the queue: an index that a watch of the stream keeps up to date.
///
/// Nobody relies on the watch being alive. Whoever reads asks the stream how far it is and waits until the index is as far;
/// a watch that does not get there is replaced by another, which goes on where it ended; with a new connection it begins anew.
final class QueueView: Sendable {
    /// How long to wait for changes that the stream has and the index has not; more while they keep coming.
    static let patience = Duration.seconds(2)
    /// How many watches may end under a caller before it gives up.
    static let attempts = 3
    /// How long messages whose lease has ended are left to those who had them, after the connection was lost: they could
    /// neither renew nor settle.
    static let grace = Duration.seconds(3)

    fileprivate struct State {
        var index = QueueIndex()
        /// The stream that the index is of.
        var created = ""
        /// The index knows all changes up to this one.
        var position: UInt64 = 0
        /// The last change that was sent: the next watch begins behind it, whatever the index is said to know.
        var delivered: UInt64 = 0
        var watch: Watch?
        var waiting: [UInt64: (target: UInt64, continuation: CheckedContinuation<Wait, Never>)] = [:]
        var nextTicket: UInt64 = 0
        /// Which connection the watch belongs to, by number.
        var connection = 0
        var graceEnd: ContinuousClock.Instant?
    }

    /// One consumer of the stream, and how far it has come.
    fileprivate struct Watch {
        var number: UInt64
        var subscription: Subscription?
        /// The number of its last delivery.
        var deliveries: UInt64 = 0
        /// Where the stream was when it began.
        var end: UInt64
    }

    private let stream: JetStream
    private let state = Mutex(State())

    init(_ stream: JetStream) {
        self.stream = stream
    }

    /// Does something with the index.
    func withIndex<Value: Sendable>(_ body: @Sendable (inout QueueIndex) -> Value) -> Value {
        state.withLock { body(&$0.index) }
    }

    /// Takes messages that are due; see ``QueueIndex/take(topic:limit:at:holdsLeases:)``.
    func take(topic: String, limit: Int, at time: Double) -> [String] {
        state.withLock { state in
            let holdsLeases = state.graceEnd.map { ContinuousClock.now < $0 } ?? false
            return state.index.take(topic: topic, limit: limit, at: time, holdsLeases: holdsLeases)
        }
    }

    /// Waits until the index knows every change that was made before this call.
    ///
    /// - Throws: ``MessagingError`` when the stream cannot be asked, the changes do not come, or the task is cancelled.
    func catchUp() async throws(MessagingError) {
        let info = try await stream.info()
        var watchesEnded = 0
        while true {
            let known = position
            let number = try await ensureWatch(of: info)
            switch await wait(for: info.lastSequence) {
            case .reached: return
            case .cancelled: throw MessagingError(.unavailable, "the request to NATS was cancelled")
            case .watchEnded where watchesEnded < Self.attempts: watchesEnded += 1
            case .timedOut where position > known: continue
            case .timedOut, .watchEnded:
                end(number)
                throw MessagingError(.unavailable, "NATS does not send the changes of the queue")
            }
        }
    }

    private var position: UInt64 { state.withLock { $0.position } }

    // MARK: Waiting

    fileprivate enum Wait {
        case reached, timedOut, watchEnded, cancelled
    }

    /// Waits until the index gets as far, for ``patience`` at most.
    private func wait(for target: UInt64) async -> Wait {
        let ticket = state.withLock { state -> UInt64? in
            guard state.position < target else { return nil }
            state.nextTicket += 1
            return state.nextTicket
        }
        guard let ticket else { return .reached }
        async let _: Void = expire(ticket)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> Wait? in
                    if state.position >= target { return .reached }
                    if Task.isCancelled { return .cancelled }
                    if state.watch == nil { return .watchEnded }
                    state.waiting[ticket] = (target, continuation)
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            giveUp(ticket, as: .cancelled)
        }
    }

    private func expire(_ ticket: UInt64) async {
        // Cancelled as soon as the wait has ended otherwise.
        try? await Task.sleep(for: Self.patience)
        giveUp(ticket, as: .timedOut)
    }

    private func giveUp(_ ticket: UInt64, as outcome: Wait) {
        state.withLock { $0.waiting.removeValue(forKey: ticket) }?.continuation.resume(returning: outcome)
    }

    // MARK: The watch

    /// The number of the watch that runs; starts one when there is none, or the stream is another.
    private func ensureWatch(of info: JetStream.Info) async throws(MessagingError) -> UInt64 {
        let (watch, isNew, lost) = state.withLock { state -> (Watch, Bool, Watch?) in
            let lost = state.begin(on: stream.connection.connections, of: info.created)
            if let watch = state.watch { return (watch, false, lost) }
            state.nextTicket += 1
            let watch = Watch(number: state.nextTicket, end: info.lastSequence)
            state.watch = watch
            return (watch, true, lost)
        }
        // Released outside the lock: ending a subscription takes locks of the library.
        _ = consume lost
        guard isNew else { return watch.number }
        do throws(MessagingError) {
            let subscription = try await stream.connection.listen(for: Self.fields) { [weak self] delivery in
                self?.receive(delivery, of: watch.number)
            }
            let begin = state.withLock { state in
                if state.watch?.number == watch.number { state.watch?.subscription = subscription }
                return state.delivered + 1
            }
            let pending = try await stream.watch(from: begin, to: subscription.subject)
            if pending == 0 { advance(to: info.lastSequence, of: watch.number) }
            return watch.number
        } catch {
            end(watch.number)
            throw error
        }
    }

    /// Ends a watch; whoever reads next starts another.
    private func end(_ number: UInt64) {
        let (ended, waiting) = state.withLock { state -> (Watch?, [CheckedContinuation<Wait, Never>]) in
            guard let watch = state.watch, watch.number == number else { return (nil, []) }
            defer {
                state.watch = nil
                state.waiting = [:]
            }
            return (watch, state.waiting.values.map(\.continuation))
        }
        if ended != nil { Counter(label: "clowder_queue_watches_replaced_total").increment() }
        for continuation in waiting { continuation.resume(returning: .watchEnded) }
    }

    private static let fields = [JetStream.digestField, "Nats-Consumer-Stalled"]

    /// Takes a message of a watch; on a thread of the library, one at a time.
    private func receive(_ delivery: Delivery, of number: UInt64) {
        guard delivery.status == nil else {
            // Flow control: the server sends more once this is answered.
            let answer = delivery.reply.isEmpty ? delivery.fields["Nats-Consumer-Stalled"] : delivery.reply
            if let answer { stream.connection.send(to: answer) }
            return
        }
        guard let place = DeliveryPlace(reply: delivery.reply) else { return end(number) }
        let digest = Self.digest(delivery, place)
        let isNext = state.withLock { state -> Bool in
            guard var watch = state.watch, watch.number == number else { return true }
            guard place.delivery == watch.deliveries + 1 else { return false }
            watch.deliveries = place.delivery
            state.watch = watch
            state.delivered = max(state.delivered, place.sequence)
            if let digest { state.index.apply(digest, sequence: place.sequence) }
            return true
        }
        // Something got lost on the way: another watch goes on behind what is known.
        guard isNext else { return end(number) }
        advance(to: place.sequence, of: number, isLast: place.pending == 0)
    }

    private static func digest(_ delivery: Delivery, _ place: DeliveryPlace) -> QueueRecord.Digest? {
        do {
            let text = delivery.fields[JetStream.digestField] ?? ""
            return try JSONDecoder().decode(QueueRecord.Digest.self, from: Data(text.utf8))
        } catch {
            Logger.current.error(
                "a change in the stream is none of the queue's; it is passed over",
                metadata: ["sequence": .stringConvertible(place.sequence), "error": "\(error)"]
            )
            return nil
        }
    }

    /// Notes how far the index is, and wakes those who have waited for it.
    private func advance(to sequence: UInt64, of number: UInt64, isLast: Bool = false) {
        let reached = state.withLock { state -> [CheckedContinuation<Wait, Never>] in
            guard let watch = state.watch, watch.number == number else { return [] }
            // Nothing is left to be sent, so what the stream had at the beginning is known, also where the last is gone.
            state.position = max(state.position, sequence, isLast ? watch.end : 0)
            let tickets = state.waiting.filter { $0.value.target <= state.position }.keys
            return tickets.compactMap { state.waiting.removeValue(forKey: $0)?.continuation }
        }
        for continuation in reached { continuation.resume(returning: .reached) }
    }
}

extension QueueView.State {
    /// Takes note of which connection there is and which stream; the watch that was lost with another, if any.
    ///
    /// With another connection everything is read anew: the server may have been set back to an earlier state.
    fileprivate mutating func begin(on connection: Int, of created: String) -> QueueView.Watch? {
        let isSame = self.connection == connection && self.created == created
        guard !isSame else { return nil }
        if self.connection != 0, self.connection != connection { graceEnd = .now + QueueView.grace }
        forget()
        self.connection = connection
        self.created = created
        defer { watch = nil }
        return watch
    }

    /// Forgets what is known of the stream.
    fileprivate mutating func forget() {
        index = QueueIndex()
        position = 0
        delivered = 0
    }
}
