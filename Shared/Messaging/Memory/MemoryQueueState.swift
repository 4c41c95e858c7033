import FoundationEssentials

/// The messages of a queue in memory, and what may be done with them, without clock or lock.
struct MemoryQueueState: Sendable {
    /// What becomes of a message that was claimed.
    enum Outcome: Sendable {
        case renewed(Duration)
        case completed
        case failed(String, pause: Duration)
        case buried(String)
    }

    /// A message that is not done.
    private struct Entry: Sendable {
        enum Stage: Sendable {
            case ready(since: Date)
            case claimed(until: Date)
            case dead(Int64, at: Date)
        }

        let message: Message
        let sequence: Int64
        let enqueuedAt: Date
        var stage: Stage
        var attempt = 0
        var fence: Int64 = 0
        var failures: [DeadLetter.Failure] = []
    }

    /// When a message may be claimed, those of one moment in the order of their arrival.
    private struct Due: Comparable, Sendable {
        let time: Date
        let sequence: Int64
        let id: String

        static func < (one: Due, other: Due) -> Bool {
            (one.time, one.sequence) < (other.time, other.sequence)
        }
    }

    private struct Death: Comparable, Sendable {
        let number: Int64
        let id: String

        static func < (one: Death, other: Death) -> Bool { one.number < other.number }
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var due: [String: SortedArray<Due>] = [:]
    private var deaths = SortedArray<Death>()
    private var done: RememberedIDs
    /// One number for whatever has an order: arrivals, deliveries and deaths.
    private var lastNumber: Int64 = 0

    /// How many messages are in which state.
    private(set) var depth = QueueDepth(ready: 0, inFlight: 0, dead: 0)

    init(capacity: Int) {
        self.capacity = capacity
        done = RememberedIDs(capacity: capacity)
    }

    // MARK: Delivery

    mutating func enqueue(
        _ message: Message,
        after delay: Duration,
        at time: Date
    ) throws(MessagingError) -> EnqueueOutcome {
        done.forget(before: time.after(.zero - MemoryQueue.dedupeWindow))
        guard entries[message.id] == nil, !done.contains(message.id) else { return .duplicate }
        guard entries.count < capacity else {
            throw MessagingError(.unavailable, "the queue holds \(capacity) messages and is full")
        }
        let stage = Entry.Stage.ready(since: time.after(delay))
        put(Entry(message: message, sequence: next(), enqueuedAt: time, stage: stage))
        return .accepted
    }

    mutating func claim(topic: String, limit: Int, lease: Duration, at time: Date) -> [Claim] {
        let first = due[topic]?.elements.prefix(max(limit, 0)).prefix { $0.time <= time } ?? []
        return first.map(\.id).compactMap { take($0) }.map { entry in
            var entry = entry
            entry.attempt += 1
            entry.fence = next()
            entry.stage = .claimed(until: time.after(lease))
            put(entry)
            return Claim(message: entry.message, attempt: entry.attempt, fence: entry.fence)
        }
    }

    /// Since when the message has been due that has been so the longest.
    func firstDue(at time: Date) -> Date? {
        due.values.compactMap(\.elements.first?.time).filter { $0 <= time }.min()
    }

    mutating func settle(_ claim: Claim, by outcome: Outcome, at time: Date) throws(MessagingError) {
        let id = claim.message.id
        guard let held = entries[id], held.fence == claim.fence, case .claimed = held.stage, var entry = take(id) else {
            throw MessagingError(.leaseLost, "the claim on message \(id) is no longer valid")
        }
        func fail(_ error: String) {
            let failure = DeadLetter.Failure(at: time, attempt: entry.attempt, message: error)
            entry.failures = (entry.failures + [failure]).limited
        }
        switch outcome {
        case .renewed(let lease): entry.stage = .claimed(until: time.after(lease))
        case .completed: return done.remember(id, at: time)
        case .failed(let error, let pause):
            fail(error)
            entry.stage = .ready(since: time.after(pause))
        case .buried(let error):
            fail(error)
            entry.stage = .dead(next(), at: time)
        }
        put(entry)
    }

    // MARK: Dead letters

    /// The letters that died before the one of this number, the latest first.
    func deadLetters(before number: Int64, limit: Int) -> DeadLetterPage {
        let older = deaths.elements[..<deaths.index(of: Death(number: number, id: ""))]
        let page = older.suffix(max(limit, 0)).reversed()
        let next = older.count > page.count ? page.last.map { "\($0.number)" } : nil
        return DeadLetterPage(letters: page.compactMap { deadLetter(id: $0.id) }, nextCursor: next)
    }

    func deadLetter(id: String) -> DeadLetter? {
        guard let entry = entries[id], case .dead(_, let time) = entry.stage else { return nil }
        return DeadLetter(
            message: entry.message,
            enqueuedAt: entry.enqueuedAt,
            deadAt: time,
            attempts: entry.attempt,
            failures: entry.failures
        )
    }

    mutating func replay(id: String, at time: Date) -> Bool {
        guard deadLetter(id: id) != nil, var entry = take(id) else { return false }
        entry.attempt = 0
        entry.stage = .ready(since: time)
        put(entry)
        return true
    }

    mutating func replayAll(at time: Date) -> Int {
        let ids = deaths.elements.map(\.id)
        return ids.count { replay(id: $0, at: time) }
    }

    mutating func delete(id: String, at time: Date) -> Bool {
        guard deadLetter(id: id) != nil else { return false }
        return erase([id], at: time) == 1
    }

    // MARK: Erasure

    /// What is not done of a topic.
    func messages(topic: String) -> [Message] {
        entries.values.map(\.message).filter { $0.topic == topic }
    }

    /// Ends the lives of these messages, whatever state they are in; how many there were.
    mutating func erase(_ ids: [String], at time: Date) -> Int {
        ids.count { id in
            guard take(id) != nil else { return false }
            done.remember(id, at: time)
            return true
        }
    }

    // MARK: The books

    private mutating func next() -> Int64 {
        lastNumber += 1
        return lastNumber
    }

    /// Enters a message into all books.
    private mutating func put(_ entry: Entry) {
        let (id, topic) = (entry.message.id, entry.message.topic)
        entries[id] = entry
        switch entry.stage {
        case .ready(let time):
            depth.ready += 1
            due[topic, default: SortedArray()].insert(Due(time: time, sequence: entry.sequence, id: id))
        case .claimed(let time):
            depth.inFlight += 1
            due[topic, default: SortedArray()].insert(Due(time: time, sequence: entry.sequence, id: id))
        case .dead(let number, _):
            depth.dead += 1
            deaths.insert(Death(number: number, id: id))
        }
    }

    /// Strikes a message out of all books.
    private mutating func take(_ id: String) -> Entry? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        let topic = entry.message.topic
        switch entry.stage {
        case .ready(let time):
            depth.ready -= 1
            due[topic]?.remove(Due(time: time, sequence: entry.sequence, id: id))
        case .claimed(let time):
            depth.inFlight -= 1
            due[topic]?.remove(Due(time: time, sequence: entry.sequence, id: id))
        case .dead(let number, _):
            depth.dead -= 1
            deaths.remove(Death(number: number, id: id))
        }
        if due[topic]?.elements.isEmpty == true { due[topic] = nil }
        return entry
    }
}

extension Date {
    fileprivate func after(_ duration: Duration) -> Date {
        let parts = duration.components
        return addingTimeInterval(Double(parts.seconds) + Double(parts.attoseconds) / 1e18)
    }
}
