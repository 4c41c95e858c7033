import Resilience
import TestSupport
import Testing

@Suite struct RetryBudgetTests {
    @Test func hasTheDefaultsOfTheDesign() {
        #expect(RetryBudget.defaultShare == 0.2)
        #expect(RetryBudget.defaultReservePerSecond == 10)
        #expect(RetryBudget.window == .seconds(10))
    }

    /// How many retries are granted in a row at `time`.
    private func drain(_ budget: inout RetryBudget, at time: Duration) -> Int {
        var granted = 0
        while granted < 10_000, budget.takeRetry(at: time) { granted += 1 }
        return granted
    }

    @Test(arguments: [(0, 100), (4, 100), (5, 101), (100, 120), (999, 299), (1000, 300)])
    func allowsAFifthOfTheRequestsAndTenASecond(_ requests: Int, retries: Int) {
        var budget = RetryBudget()
        for _ in 0..<requests { budget.recordRequest(at: .zero) }
        #expect(drain(&budget, at: .zero) == retries)
    }

    @Test(arguments: [(0.5, 0, 10, 5), (0.0, 1, 1000, 10), (0.0, 0, 1000, 0), (1.0, 2, 3, 23)])
    func followsItsOwnBounds(_ share: Double, reserve: Int, requests: Int, retries: Int) {
        var budget = RetryBudget(share: share, reservePerSecond: reserve)
        for _ in 0..<requests { budget.recordRequest(at: .seconds(5)) }
        #expect(drain(&budget, at: .seconds(5)) == retries)
    }

    @Test func countsNothingForARefusedRetry() {
        var budget = RetryBudget(share: 1, reservePerSecond: 0)
        #expect(drain(&budget, at: .zero) == 0)
        #expect(drain(&budget, at: .zero) == 0)
        budget.recordRequest(at: .zero)
        #expect(drain(&budget, at: .zero) == 1)
    }

    @Test func forgetsRetriesAfterTheWindow() {
        var budget = RetryBudget()
        #expect(drain(&budget, at: .milliseconds(500)) == 100)
        #expect(drain(&budget, at: .milliseconds(9999)) == 0)
        #expect(drain(&budget, at: .seconds(10)) == 100)
    }

    @Test func forgetsRequestsAfterTheWindow() {
        var budget = RetryBudget(share: 1, reservePerSecond: 0)
        for _ in 0..<7 { budget.recordRequest(at: .zero) }
        #expect(drain(&budget, at: .seconds(10)) == 0)
        budget.recordRequest(at: .seconds(15))
        #expect(drain(&budget, at: .seconds(24)) == 1)
    }

    @Test func forgetsAllAfterALongPause() {
        var budget = RetryBudget()
        #expect(drain(&budget, at: .seconds(3)) == 100)
        #expect(drain(&budget, at: .seconds(1_000_003)) == 100)
    }

    /// A value: a copy has a budget of its own.
    @Test func isSpentByCopiesSeparately() {
        var budget = RetryBudget()
        var copy = budget
        #expect(drain(&copy, at: .zero) == 100)
        #expect(drain(&budget, at: .zero) == 100)
    }

    /// 300 000 steps in which requests, retries and pauses come in random order and bursts.
    @Test(arguments: [101, 102, 103] as [UInt64])
    func agreesWithAPlainModel(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var budget = RetryBudget()
        var model = BudgetModel()
        var time = Duration.zero
        var granted = 0
        var refused = 0
        for step in 0..<100_000 {
            time += Self.pause(using: &generator)
            if Int.random(in: 0..<100, using: &generator) < 60 {
                budget.recordRequest(at: time)
                model.recordRequest(at: time)
                continue
            }
            let isGranted = budget.takeRetry(at: time)
            guard isGranted == model.takeRetry(at: time) else {
                Issue.record("seed \(seed), step \(step): granted \(isGranted), the model says otherwise")
                return
            }
            granted += isGranted ? 1 : 0
            refused += isGranted ? 0 : 1
        }
        #expect(granted > 1000 && refused > 1000, "seed \(seed): \(granted) granted, \(refused) refused")
    }

    /// Mostly milliseconds, sometimes seconds, seldom longer than the window.
    private static func pause(using generator: inout SeededGenerator) -> Duration {
        switch Int.random(in: 0..<10_000, using: &generator) {
        case 0..<3: .seconds(Int.random(in: 1...30, using: &generator))
        case 3..<9000: .zero
        default: .milliseconds(Int.random(in: 0...60, using: &generator))
        }
    }
}

/// The budget's promise in the plainest words: every second's counts are kept for ever, sums are taken afresh.
private struct BudgetModel {
    private var requests: [Int64: Int] = [:]
    private var retries: [Int64: Int] = [:]

    mutating func recordRequest(at time: Duration) {
        requests[time.components.seconds, default: 0] += 1
    }

    mutating func takeRetry(at time: Duration) -> Bool {
        let second = time.components.seconds
        let window = (second - 9)...second
        let counted = (
            requests: window.reduce(0) { $0 + requests[$1, default: 0] },
            retries: window.reduce(0) { $0 + retries[$1, default: 0] }
        )
        // A fifth of the requests and a hundred in ten seconds, in whole numbers.
        guard 5 * (counted.retries + 1) <= counted.requests + 500 else { return false }
        retries[second, default: 0] += 1
        return true
    }
}
