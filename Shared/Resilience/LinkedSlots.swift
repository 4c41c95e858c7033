/// Doubly linked lists over the numbers of slots, in which a slot moves between lists in constant time.
///
/// A slot is a number from 0 that its owner uses as an index into arrays of its own. Each slot is in exactly one list.
struct LinkedSlots: Sendable {
    /// Lists are rings, each through a node of its own; these nodes come first, then one node for each slot.
    private let lists: Int
    private var next: [Int32]
    private var previous: [Int32]

    /// Creates empty lists, numbered from 0.
    init(lists: Int) {
        self.lists = lists
        next = (0..<Int32(lists)).map { $0 }
        previous = next
    }

    /// The slot that has been in a list for longest; nil when the list is empty.
    func first(of list: Int) -> Int? {
        isEmpty(list) ? nil : Int(next[list]) - lists
    }

    /// Makes a slot at the end of a list and returns its number, which is one more than that of the one before.
    mutating func makeSlot(in list: Int) -> Int {
        let node = Int32(next.count)
        next.append(node)
        previous.append(node)
        link(node, into: list)
        return Int(node) - lists
    }

    /// Moves a slot to the end of a list.
    mutating func move(_ slot: Int, to list: Int) {
        let node = Int32(slot + lists)
        unlink(node)
        link(node, into: list)
    }

    /// Moves all slots of a list, in their order, to the end of another one.
    mutating func moveAll(of list: Int, to other: Int) {
        guard !isEmpty(list) else { return }
        let first = next[list]
        let last = previous[list]
        let end = previous[other]
        next[Int(end)] = first
        previous[Int(first)] = end
        next[Int(last)] = Int32(other)
        previous[other] = last
        next[list] = Int32(list)
        previous[list] = Int32(list)
    }

    private func isEmpty(_ list: Int) -> Bool {
        next[list] == Int32(list)
    }

    private mutating func link(_ node: Int32, into list: Int) {
        let end = previous[list]
        next[Int(end)] = node
        previous[Int(node)] = end
        next[Int(node)] = Int32(list)
        previous[list] = node
    }

    private mutating func unlink(_ node: Int32) {
        let before = previous[Int(node)]
        let after = next[Int(node)]
        next[Int(before)] = after
        previous[Int(after)] = before
    }
}
