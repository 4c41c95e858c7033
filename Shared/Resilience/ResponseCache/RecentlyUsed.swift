/// Values by key, bounded in bytes: the one that was not used for longest goes first.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private enum List {
        static var used: Int { 0 }
        static var free: Int { 1 }
    }

    private struct Entry {
        var key: Key
        var value: Value
        var bytes: Int
    }

    /// The most bytes that are held.
    let maximumBytes: Int
    /// How many bytes are held.
    private(set) var bytes = 0
    private var slots: [Key: Int] = [:]
    private var entries: [Entry?] = []
    private var lists = LinkedSlots(lists: 2)

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    var count: Int { slots.count }

    /// The value of a key, which counts as used.
    mutating func use(_ key: Key) -> Value? {
        guard let slot = slots[key] else { return nil }
        lists.move(slot, to: List.used)
        return entries[slot]?.value
    }

    /// The value of a key, which does not count as used.
    func peek(_ key: Key) -> Value? {
        slots[key].flatMap { entries[$0]?.value }
    }

    /// Puts a value in the place of the key's old one; one of more than all bytes only removes that.
    mutating func store(_ value: Value, bytes size: Int, for key: Key) {
        remove(key)
        guard size <= maximumBytes else { return }
        while bytes + size > maximumBytes, let slot = lists.first(of: List.used) { release(slot) }
        let slot = lists.first(of: List.free) ?? lists.makeSlot(in: List.free)
        if slot == entries.count { entries.append(nil) }
        entries[slot] = Entry(key: key, value: value, bytes: size)
        slots[key] = slot
        bytes += size
        lists.move(slot, to: List.used)
    }

    mutating func remove(_ key: Key) {
        guard let slot = slots[key] else { return }
        release(slot)
    }

    mutating func removeAll() {
        self = Self(maximumBytes: maximumBytes)
    }

    private mutating func release(_ slot: Int) {
        guard let entry = entries[slot] else { return }
        bytes -= entry.bytes
        slots[entry.key] = nil
        entries[slot] = nil
        lists.move(slot, to: List.free)
    }
}
