import TestSupport
import Testing

@testable import Resilience

@Suite struct RateLimitTableTests {
    /// One call a second, three at once.
    private func table(keys: Int) throws -> RateLimitTable<String> {
        RateLimitTable(policy: try .testing(limit: 1, window: .seconds(1), burst: 3), maximumKeys: keys)
    }

    @Test func hasItsDefaults() throws {
        #expect(RateLimitTable<String>.defaultMaximumKeys == 50_000)
        #expect(RateLimitTable<String>.forgottenPerCall == 2)
        let policy = try RateLimitPolicy.testing(limit: 1, window: .seconds(1), burst: 3)
        #expect(RateLimitTable<String>(policy: policy).maximumKeys == 50_000)
        #expect(try table(keys: 0).maximumKeys == 1)
    }

    @Test func limitsEachKeyByItself() throws {
        var table = try table(keys: 10)
        for key in ["a", "b"] {
            #expect((0..<4).map { _ in table.admit(key, at: .zero).isAdmitted } == [true, true, true, false])
        }
        #expect(table.count == 2)
    }

    @Test func countsNothingInAPreview() throws {
        var table = try table(keys: 10)
        #expect(table.preview("a", at: .zero).remaining == 2)
        #expect(table.count == 0)
        #expect(table.admit("a", at: .zero).remaining == 2)
        #expect(table.preview("a", at: .zero).remaining == 1)
        #expect(table.preview("a", at: .seconds(3)).remaining == 2)
        #expect(table.admit("a", at: .zero).remaining == 1)
    }

    @Test func takesATimeBeforeTheLatestForTheLatest() throws {
        var table = try table(keys: 10)
        _ = table.admit("a", at: .seconds(100))
        let early = table.preview("b", at: .zero)
        #expect(table.admit("b", at: .zero) == early)
        #expect(table.admit("b", at: .seconds(100)).remaining == 1)
        #expect(table.preview("b", at: .seconds(50)).remaining == 0)
        #expect(table.preview("a", at: .zero) == table.preview("a", at: .seconds(100)))
    }

    @Test func dropsTheOldestArrivalTimeWhenFull() throws {
        var table = try table(keys: 3)
        for (key, calls) in [("three", 3), ("one", 1), ("two", 2)] {
            for _ in 0..<calls { _ = table.admit(key, at: .zero) }
        }
        _ = table.admit("new", at: .zero)
        #expect(table.count == 3)
        // "one" is forgotten: its burst is whole again. The others remember.
        #expect(table.preview("one", at: .zero).remaining == 2)
        #expect(table.preview("two", at: .zero).remaining == 0)
        #expect(!table.preview("three", at: .zero).isAdmitted)
    }

    @Test func dropsAnExpiredKeyBeforeAnyOther() throws {
        var table = try table(keys: 2)
        _ = table.admit("expired", at: .zero)
        for _ in 0..<3 { _ = table.admit("busy", at: .zero) }
        // At 2 s nothing is owed by the first, and one second by the second.
        _ = table.admit("new", at: .seconds(2))
        #expect(table.preview("busy", at: .seconds(2)).remaining == 1)
        #expect(table.preview("new", at: .seconds(2)).remaining == 1)
    }

    /// A flood of addresses drives out its own kind only.
    @Test func keepsABusyKeyThroughAFloodOfOthers() throws {
        var table = try table(keys: 100)
        for _ in 0..<3 { _ = table.admit("busy", at: .zero) }
        for number in 0..<10_000 {
            _ = table.admit("flood-\(number)", at: .microseconds(number * 100))
            #expect(table.count <= 100)
        }
        #expect(!table.preview("busy", at: .milliseconds(999)).isAdmitted)
    }

    @Test func forgetsTwoExpiredKeysWithEachCall() throws {
        var table = try table(keys: 100)
        for number in 0..<11 { _ = table.admit("key-\(number)", at: .zero) }
        #expect(table.count == 11)
        var counts: [Int] = []
        for step in 0..<6 {
            _ = table.admit("key", at: .seconds(10) + .milliseconds(step))
            counts.append(table.count)
        }
        #expect(counts == [10, 8, 6, 4, 2, 1])
    }

    @Test func usesAnExpiredKeyAgain() throws {
        var table = try table(keys: 100)
        for number in 0..<10 { _ = table.admit("key-\(number)", at: .zero) }
        #expect(table.admit("key-9", at: .seconds(60)).remaining == 2)
        for _ in 0..<10 { _ = table.admit("key-9", at: .seconds(60)) }
        #expect(table.count == 1)
        #expect(!table.preview("key-9", at: .seconds(60)).isAdmitted)
    }

    /// Arrival times a thousandth of a burst apart are told from each other, over several turns of the wheel.
    @Test func ordersArrivalTimesToAThousandthOfABurst() {
        var wheel = ArrivalWheel(span: 1_022_000)
        for start in [0, 1_500_000, 40_000_000] as [Int128] {
            wheel.advance(to: start)
            let offsets = (1...1000).map { $0 * 37 % 1009 }
            var arrivals: [Int: Int128] = [:]
            for offset in offsets {
                let slot = wheel.makeSlot()
                let arrival = start + Int128(offset) * 1002
                wheel.place(slot, arrival: arrival)
                arrivals[slot] = arrival
            }
            var released: [Int128] = []
            while let slot = wheel.releaseOldest() { released.append(arrivals[slot] ?? 0) }
            #expect(released.count == 1000)
            #expect(released == released.sorted())
        }
    }
}
