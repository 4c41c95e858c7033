import Resilience
import TestSupport
import Testing

@Suite struct RateLimitTablePropertyTests {
    /// 120 000 calls of few and of many keys, in a table that is mostly full.
    @Test(arguments: [(UInt64(421), 4, 1), (422, 8, 5), (423, 8, 300), (424, 12, 20)])
    func agreesWithAPlainModel(_ seed: UInt64, maximumKeys: Int, burst: Int) throws {
        let policy = try RateLimitPolicy.testing(limit: 7, window: .seconds(1), burst: burst)
        var generator = SeededGenerator(seed: seed)
        var table = RateLimitTable<Int>(policy: policy, maximumKeys: maximumKeys)
        var model = TableModel(limit: 7, window: 1_000_000_000, burst: burst, maximumKeys: maximumKeys)
        var time = 0
        var denied = 0
        for step in 0..<30_000 {
            time += Self.pause(using: &generator)
            let isBusy = Int.random(in: 0..<3, using: &generator) > 0
            let key = Int.random(in: 0..<(isBusy ? 3 : 60), using: &generator)
            let decision = table.admit(key, at: .nanoseconds(time))
            let expected = model.admit(key, at: time)
            let isSame = decision.isAdmitted == expected.isAdmitted && decision.remaining == expected.remaining
            guard isSame, table.count == model.count else {
                Issue.record("seed \(seed), step \(step): \(decision), \(table.count); \(expected), \(model.count)")
                return
            }
            denied += decision.isAdmitted ? 0 : 1
        }
        #expect(denied > 500 && model.evictions > 500, "seed \(seed): \(denied) denied, \(model.evictions) evicted")
    }

    /// Mostly none or little, seldom longer than any burst takes.
    private static func pause(using generator: inout SeededGenerator) -> Int {
        switch Int.random(in: 0..<10_000, using: &generator) {
        case 0..<2: Int.random(in: 0...600_000_000_000, using: &generator)
        case 2..<20: Int.random(in: 0...5_000_000_000, using: &generator)
        case 20..<5000: 0
        default: Int.random(in: 0...30_000_000, using: &generator)
        }
    }
}

/// The table's promise in the plainest words: all keys in one dictionary, the oldest found by looking at each.
private struct TableModel {
    private struct Known {
        var arrival: Int
        var bucket: Int
        var order: Int
    }

    let limit: Int
    let window: Int
    let burst: Int
    let maximumKeys: Int
    private(set) var evictions = 0
    private var known: [Int: Known] = [:]
    private var order = 0

    var count: Int { known.count }

    init(limit: Int, window: Int, burst: Int, maximumKeys: Int) {
        self.limit = limit
        self.window = window
        self.burst = burst
        self.maximumKeys = maximumKeys
    }

    /// A bucket of arrival times is about a thousandth of what a burst takes.
    private var width: Int { burst * window / 1022 + 1 }

    /// The key in the oldest bucket that was counted there first.
    private var oldest: Int? {
        known.min { ($0.value.bucket, $0.value.order) < ($1.value.bucket, $1.value.order) }?.key
    }

    mutating func admit(_ key: Int, at time: Int) -> (isAdmitted: Bool, remaining: Int) {
        let now = time * limit
        for _ in 0..<2 {
            guard let oldest, let bucket = known[oldest]?.bucket, bucket < now / width else { break }
            known[oldest] = nil
        }
        if known[key] == nil, known.count >= maximumKeys, let oldest {
            known[oldest] = nil
            evictions += 1
        }
        let arrival = max(now, known[key]?.arrival ?? now) + window
        guard arrival - now <= burst * window else { return (false, 0) }
        order += 1
        known[key] = Known(arrival: arrival, bucket: arrival / width, order: order)
        return (true, burst - (arrival - now + window - 1) / window)
    }
}
