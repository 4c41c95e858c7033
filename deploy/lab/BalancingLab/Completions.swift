/// The ends of the calls that are worked on, earliest first; of several at one time, the one that was added first.
struct Completions {
    struct Entry {
        var time: Int64
        var order: Int
        var call: Int
        var replica: Int
        var isFailure: Bool

        func isBefore(_ other: Entry) -> Bool {
            time == other.time ? order < other.order : time < other.time
        }
    }

    private var heap: [Entry] = []
    private var added = 0

    var nextTime: Int64? { heap.first?.time }

    mutating func add(_ call: Int, at time: Int64, by replica: Int, isFailure: Bool) {
        heap.append(Entry(time: time, order: added, call: call, replica: replica, isFailure: isFailure))
        added += 1
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least])
            {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
