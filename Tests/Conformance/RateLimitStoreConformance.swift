package import Resilience
package import TestSupport
import Testing

/// What a ``RateLimitStore`` promises, wherever it counts: what ``GCRA`` decides, at the time of the test's own clock.
///
/// Two handles on one store are asked, as two processes hold them, or the same handle twice. The clock goes in whole
/// microseconds, which every store can tell apart.
package struct RateLimitStoreConformance {
    private let stores: [any RateLimitStore]
    private let time: ManualTime

    package init(_ first: any RateLimitStore, _ second: any RateLimitStore, time: ManualTime) {
        stores = [first, second]
        self.time = time
    }

    package func check() async throws {
        try await admitsABurstAndThenTheRate()
        try await doesNotCountDeniedCalls()
        try await keepsKeysAndPoliciesApart()
        try await countsUnderAllLimitsOrNone()
        try await neverAdmitsMoreThanTheBurstToACrowd()
        try await countsUnderAllOrNoneInACrowd()
        try await forgetsNothingBeforeTheBurstIsBack()
    }

    /// Decides exactly as the algorithm does, over many calls of few keys under limits that do not divide their windows.
    package func checkAgainstTheAlgorithm(seed: UInt64, steps: Int) async throws {
        let policies = [
            try policy("sevenths", limit: 7, window: .seconds(60), burst: 5),
            try policy("fine", limit: 999_999_937, window: .seconds(86_400), burst: 3),
            try policy("odd", limit: 13, window: .nanoseconds(59_999_999_999), burst: 20),
            try policy("one", limit: 1, window: .seconds(11), burst: 1),
        ]
        var generator = SeededGenerator(seed: seed)
        var states: [RateLimitedKey: GCRA] = [:]
        var denied = 0
        for step in 0..<steps {
            time.advance(by: .microseconds(Self.pause(using: &generator)))
            let chosen = policies.shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator))
            let key = "key-\(Int.random(in: 0..<3, using: &generator))"
            let limits = chosen.map { RateLimitedKey(key, under: $0) }
            let expected = limits.map { states[$0, default: GCRA()].preview(at: time.now, under: $0.policy) }
            let decisions = try await stores[step % 2].admit(limits)
            guard decisions == expected else {
                Issue.record("seed \(seed), step \(step): \(decisions); \(expected)")
                return
            }
            guard expected.allSatisfy(\.isAdmitted) else {
                denied += 1
                continue
            }
            for limit in limits { _ = states[limit, default: GCRA()].admit(at: time.now, under: limit.policy) }
        }
        #expect((steps / 10...steps * 9 / 10).contains(denied), "seed \(seed): \(denied) denied")
    }

    private static func pause(using generator: inout SeededGenerator) -> Int {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<2: Int.random(in: 0...120_000_000, using: &generator)
        case 2..<30: Int.random(in: 0...9_000_000, using: &generator)
        case 30..<60: Int.random(in: 0...500, using: &generator)
        default: 0
        }
    }

    // MARK: One call after the other

    private func admitsABurstAndThenTheRate() async throws {
        let policy = try policy("burst", limit: 6, window: .seconds(60), burst: 3)
        for remaining in [2, 1, 0] {
            let decision = try await admit("a", under: policy)
            #expect(decision.isAdmitted)
            #expect(decision.remaining == remaining)
        }
        let denied = try await admit("a", under: policy)
        #expect(denied.retryAfter == .seconds(10))
        #expect(denied.resetAfter == .seconds(30))
        time.advance(by: .seconds(10) - .microseconds(1))
        #expect(try await admit("a", under: policy).retryAfter == .microseconds(1))
        time.advance(by: .microseconds(1))
        #expect(try await admit("a", under: policy).isAdmitted)
        #expect(try await admit("a", under: policy).retryAfter == .seconds(10))
    }

    private func doesNotCountDeniedCalls() async throws {
        let policy = try policy("denied", limit: 6, window: .seconds(60), burst: 1)
        #expect(try await admit("a", under: policy).isAdmitted)
        for _ in 0..<20 { #expect(try await admit("a", under: policy).retryAfter == .seconds(10)) }
        time.advance(by: .seconds(10))
        #expect(try await admit("a", under: policy).isAdmitted)
    }

    private func keepsKeysAndPoliciesApart() async throws {
        let policy = try policy("apart", limit: 1, window: .seconds(60), burst: 1)
        let renamed = try self.policy("apart-2", limit: 1, window: .seconds(60), burst: 1)
        let changed = try self.policy("apart", limit: 1, window: .seconds(60), burst: 2)
        #expect(try await admit("a", under: policy).isAdmitted)
        for (key, other) in [("b", policy), ("a b:{}\r\n\"é", policy), ("", policy), ("a", renamed), ("a", changed)] {
            #expect(try await admit(key, under: other).isAdmitted)
        }
        #expect(try await !admit("a", under: policy).isAdmitted)
    }

    private func countsUnderAllLimitsOrNone() async throws {
        let wide = try policy("wide", limit: 6, window: .seconds(60), burst: 5)
        let narrow = try policy("narrow", limit: 1, window: .seconds(60), burst: 2)
        let both = [RateLimitedKey("a", under: wide), RateLimitedKey("a", under: narrow)]
        #expect(try await stores[0].admit(both).map(\.remaining) == [4, 1])
        #expect(try await stores[1].admit(both.reversed()).map(\.remaining) == [0, 3])
        for store in stores {
            let denied = try await store.admit(both)
            #expect(denied.map(\.isAdmitted) == [true, false])
            // What it would have left, had it been counted.
            #expect(denied[0].remaining == 2)
            #expect(denied[1].retryAfter == .seconds(60))
        }
        #expect(try await admit("a", under: wide).remaining == 2)
    }

    private func forgetsNothingBeforeTheBurstIsBack() async throws {
        let policy = try policy("memory", limit: 6, window: .seconds(60), burst: 6)
        for _ in 0..<6 { #expect(try await admit("a", under: policy).isAdmitted) }
        time.advance(by: .seconds(60) - .microseconds(1))
        #expect(try await admit("a", under: policy).remaining == 4)
        time.advance(by: .seconds(10) + .microseconds(1))
        #expect(try await admit("a", under: policy).remaining == 5)
    }

    // MARK: Many calls at once

    private func neverAdmitsMoreThanTheBurstToACrowd() async throws {
        let policy = try policy("crowd", limit: 1, window: .seconds(3600), burst: 37)
        let admitted = try await crowd(of: 200) { _ in [RateLimitedKey("a", under: policy)] }
        #expect(admitted == 37)
    }

    /// Whoever is denied by its own limit takes nothing from the one that all share.
    private func countsUnderAllOrNoneInACrowd() async throws {
        let shared = try policy("shared", limit: 1, window: .seconds(3600), burst: 100)
        let own = try policy("own", limit: 1, window: .seconds(3600), burst: 20)
        let other = try policy("other", limit: 1, window: .seconds(3600), burst: 30)
        let admitted = try await crowd(of: 200) { number in
            let limits = [
                RateLimitedKey("a", under: shared), RateLimitedKey("a", under: number % 2 == 0 ? own : other),
            ]
            return number % 3 == 0 ? limits.reversed() : limits
        }
        #expect(admitted == 50)
        #expect(try await admit("a", under: shared).remaining == 49)
    }

    /// How many of so many calls at once were admitted.
    private func crowd(
        of count: Int,
        _ limits: @escaping @Sendable (Int) -> [RateLimitedKey]
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<count {
                let store = stores[number % 2]
                group.addTask { try await store.admit(limits(number)).allSatisfy(\.isAdmitted) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    private func admit(_ key: String, under policy: RateLimitPolicy) async throws -> RateLimitDecision {
        let decisions = try await stores[0].admit([RateLimitedKey(key, under: policy)])
        return try #require(decisions.first)
    }

    private func policy(_ name: String, limit: Int, window: Duration, burst: Int) throws -> RateLimitPolicy {
        try #require(RateLimitPolicy(name: name, limit: limit, window: window, burst: burst))
    }
}
