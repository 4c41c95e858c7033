/// Slots in the order of their theoretical arrival times, to within a thousandth of the time a burst takes to come back.
///
/// A timing wheel (G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987): arrival times that
/// matter lie between now and one burst ahead, so that a ring of 1,024 buckets holds them all. As time passes, whole
/// buckets move to the list of expired slots. Slots of one bucket keep the order in which they were placed.
///
/// Each operation takes constant time: amortised a few steps, and never more than a look at each bucket.
struct ArrivalWheel: Sendable {
    static let bucketCount = 1024
    private static let expired = bucketCount
    private static let free = bucketCount + 1

    private var lists = LinkedSlots(lists: ArrivalWheel.bucketCount + 2)
    /// The length of a bucket, in ticks.
    private let width: Int128
    /// The number of the bucket that holds the present, counted from time zero.
    private var present: Int128 = 0
    /// No bucket with a lower number holds a slot.
    private var lowest: Int128 = 0

    /// Creates a wheel for arrival times up to `span` ticks after the present.
    init(span: Int128) {
        // A span that begins and ends inside of buckets touches two more than it fills.
        width = span / Int128(Self.bucketCount - 2) + 1
    }

    /// Moves the present forward; the buckets that lie before it expire.
    mutating func advance(to now: Int128) {
        let current = now / width
        guard current > present else { return }
        for bucket in present..<min(current, present + Int128(Self.bucketCount)) {
            lists.moveAll(of: position(of: bucket), to: Self.expired)
        }
        present = current
        lowest = max(lowest, current)
    }

    /// A slot that is in no bucket: one that was released, or a new one.
    mutating func makeSlot() -> Int {
        lists.first(of: Self.free) ?? lists.makeSlot(in: Self.free)
    }

    /// Puts a slot into the bucket of its arrival time, which is at most one span after the present.
    mutating func place(_ slot: Int, arrival: Int128) {
        let bucket = arrival / width
        lists.move(slot, to: position(of: bucket))
        lowest = min(lowest, bucket)
    }

    /// Takes out the slot that expired first; nil when none has expired.
    mutating func releaseExpired() -> Int? {
        guard let slot = lists.first(of: Self.expired) else { return nil }
        lists.move(slot, to: Self.free)
        return slot
    }

    /// Takes out the slot that expired first, or else one of the oldest arrival time; nil when there is none.
    mutating func releaseOldest() -> Int? {
        if let slot = releaseExpired() { return slot }
        for _ in 0..<Self.bucketCount {
            if let slot = lists.first(of: position(of: lowest)) {
                lists.move(slot, to: Self.free)
                return slot
            }
            lowest += 1
        }
        return nil
    }

    private func position(of bucket: Int128) -> Int {
        Int(bucket % Int128(Self.bucketCount))
    }
}
