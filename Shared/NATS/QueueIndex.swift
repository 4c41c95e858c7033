import Messaging

/// The messages of a stream that are not done, by what can be done with them; a value that changes feed.
struct QueueIndex: Sendable {
    private struct Entry {
        var sequence: UInt64
        var digest: QueueRecord.Digest
    }

    private struct Due: Comparable {
        var time: Double
        var sequence: UInt64
        var id: String

        static func < (left: Due, right: Due) -> Bool {
            (left.time, left.sequence) < (right.time, right.sequence)
        }
    }

    private var entries: [String: Entry] = [:]
    /// Who is due when, by topic; what was changed or taken since is still in it.
    private var due: [String: Heap<Due>] = [:]
    private var deadIDs: Set<String> = []
    /// How many messages are in which state.
    private(set) var depth = QueueDepth(ready: 0, inFlight: 0, dead: 0)

    /// Takes note of a change.
    mutating func apply(_ digest: QueueRecord.Digest, sequence: UInt64) {
        if let old = entries[digest.id] {
            guard old.sequence < sequence else { return }
            count(old.digest.state, -1)
            if old.digest.state == .dead { deadIDs.remove(digest.id) }
        }
        guard digest.state != .done else {
            entries[digest.id] = nil
            return
        }
        entries[digest.id] = Entry(sequence: sequence, digest: digest)
        count(digest.state, 1)
        if digest.state == .dead {
            deadIDs.insert(digest.id)
        } else {
            due[digest.topic, default: Heap()].insert(Due(time: digest.time, sequence: sequence, id: digest.id))
        }
    }

    /// Forgets a message whose record is not in the stream.
    mutating func forget(_ id: String) {
        guard let old = entries.removeValue(forKey: id) else { return }
        count(old.digest.state, -1)
        deadIDs.remove(id)
    }

    /// Takes messages of a topic that are due, the longest due first; none is taken twice unless it changes or comes back.
    ///
    /// - Parameters:
    ///   - topic: The topic.
    ///   - limit: The most to take.
    ///   - time: The time that they are due at.
    ///   - holdsLeases: Whether messages whose lease has ended are left to those who had them.
    /// - Returns: Their IDs.
    mutating func take(topic: String, limit: Int, at time: Double, holdsLeases: Bool) -> [String] {
        var taken: [String] = []
        var held: [Due] = []
        while taken.count < limit, let next = due[topic]?.first, next.time <= time {
            _ = due[topic]?.removeFirst()
            guard let entry = entries[next.id], entry.sequence == next.sequence else { continue }
            if holdsLeases, entry.digest.state == .leased {
                held.append(next)
            } else {
                taken.append(next.id)
            }
        }
        for next in held { due[topic]?.insert(next) }
        if due[topic]?.first == nil { due[topic] = nil }
        return taken
    }

    /// Since when the message has been due that has been so the longest; looks at all of them.
    func firstDue(at time: Double) -> Double? {
        entries.values.lazy.map(\.digest).filter { [.ready, .leased].contains($0.state) && $0.time <= time }
            .map(\.time).min()
    }

    /// Lets a message be taken again that was not claimed.
    ///
    /// - Parameters:
    ///   - id: The message.
    ///   - time: When it may be taken again, if that is later than it is due.
    mutating func giveBack(_ id: String, notBefore time: Double = 0) {
        guard let entry = entries[id], entry.digest.state == .ready || entry.digest.state == .leased else { return }
        due[entry.digest.topic, default: Heap()].insert(
            Due(time: max(entry.digest.time, time), sequence: entry.sequence, id: id)
        )
    }

    /// The messages of a topic, in no particular order.
    func ids(of topic: String) -> [String] {
        entries.compactMap { $0.value.digest.topic == topic ? $0.key : nil }
    }

    /// The dead letters, the latest dead first, with what tells their place.
    func dead() -> [(id: String, time: Double, sequence: UInt64)] {
        deadIDs.compactMap { id in entries[id].map { (id, $0.digest.time, $0.sequence) } }
            .sorted { ($0.1, $0.2) > ($1.1, $1.2) }
            .map { (id: $0.0, time: $0.1, sequence: $0.2) }
    }

    private mutating func count(_ state: QueueRecord.State, _ change: Int) {
        switch state {
        case .ready: depth.ready += change
        case .leased: depth.inFlight += change
        case .dead: depth.dead += change
        case .done: break
        }
    }
}

/// A binary heap, the least element first.
struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    /// The least element.
    var first: Element? { elements.first }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0, elements[index] < elements[(index - 1) / 2] {
            elements.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Removes the least element; there must be one.
    mutating func removeFirst() -> Element {
        elements.swapAt(0, elements.count - 1)
        let first = elements.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < elements.count && elements[child] < elements[least] {
                least = child
            }
            guard least != index else { return first }
            elements.swapAt(index, least)
            index = least
        }
    }
}

extension Heap: Sendable where Element: Sendable {}
