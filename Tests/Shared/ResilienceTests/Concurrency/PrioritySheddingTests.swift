import Resilience
import TestSupport
import Testing

@Suite struct PrioritySheddingTests {
    @Test func ordersTheClassesByWhatTheyAreWorth() {
        #expect(RequestPriority.allCases == [.health, .authentication, .write, .search, .import])
        #expect(RequestPriority.allCases.map(\.sharePercent) == [nil, 100, 90, 80, 60])
        #expect(RequestPriority.allCases.map(\.retryAfter) == [1, 1, 1, 2, 10].map { .seconds($0) })
    }

    @Test(arguments: [
        (100, [nil, 100, 90, 80, 60]), (10, [nil, 10, 9, 8, 6]), (19, [nil, 19, 17, 15, 11]), (1, [nil, 1, 1, 1, 1]),
        (0, [nil, 1, 1, 1, 1]),
    ])
    func givesEachClassItsShareOfTheLimit(_ limit: Int, shares: [Int?]) {
        #expect(RequestPriority.allCases.map { PriorityShedding.limit(of: $0, under: limit) } == shares)
    }

    /// With less than half of the limit in flight the adaptive limit would never grow for a class alone.
    @Test func letsEachClassUseHalfOfTheLimit() {
        for limit in AdaptiveConcurrencyPolicy.defaultMinimumLimit...1000 {
            let shares = RequestPriority.allCases.compactMap { PriorityShedding.limit(of: $0, under: limit) }
            #expect(shares.allSatisfy { $0 * 2 >= limit }, "limit \(limit): \(shares)")
        }
    }

    @Test(arguments: [
        (RequestPriority.authentication, 10, 1), (.write, 9, 1), (.search, 8, 2), (.import, 6, 10),
    ])
    func shedsAboveTheShare(_ priority: RequestPriority, share: Int, seconds: Int) {
        var shedding = PriorityShedding()
        for _ in 0..<share { #expect(shedding.admit(priority, under: 10) == .admit) }
        #expect(shedding.admit(priority, under: 10) == .shed(retryAfter: .seconds(seconds)))
        #expect(shedding.inFlight == share)
        shedding.leave(priority)
        #expect(shedding.admit(priority, under: 10) == .admit)
    }

    /// The share counts what all classes have in flight: the lowest is shed first.
    @Test func shedsTheLowestClassFirst() {
        var shedding = PriorityShedding()
        for _ in 0..<6 { #expect(shedding.admit(.search, under: 10) == .admit) }
        #expect(shedding.admit(.import, under: 10) == .shed(retryAfter: .seconds(10)))
        for _ in 0..<2 { #expect(shedding.admit(.search, under: 10) == .admit) }
        #expect(shedding.admit(.search, under: 10) == .shed(retryAfter: .seconds(2)))
        #expect(shedding.admit(.write, under: 10) == .admit)
        #expect(shedding.admit(.write, under: 10) == .shed(retryAfter: .seconds(1)))
        #expect(shedding.admit(.authentication, under: 10) == .admit)
        #expect(shedding.admit(.authentication, under: 10) == .shed(retryAfter: .seconds(1)))
        #expect(shedding.admit(.health, under: 10) == .admit)
    }

    @Test func neverShedsHealthNorCountsIt() {
        var shedding = PriorityShedding()
        for _ in 0..<1000 { #expect(shedding.admit(.health, under: 1) == .admit) }
        #expect(shedding.inFlight == 0)
        #expect(shedding.inFlight(of: .health) == 1000)
        #expect(shedding.admit(.import, under: 1) == .admit)
    }

    @Test func followsALimitThatMoves() {
        var shedding = PriorityShedding()
        for _ in 0..<80 { #expect(shedding.admit(.search, under: 100) == .admit) }
        #expect(shedding.admit(.authentication, under: 50) == .shed(retryAfter: .seconds(1)))
        #expect(shedding.inFlight == 80)
        #expect(shedding.admit(.search, under: 200) == .admit)
    }

    @Test func staysAtZeroWhenMoreLeaveThanCame() {
        var shedding = PriorityShedding()
        shedding.leave(.search)
        #expect(shedding.inFlight == 0)
        #expect(shedding.admit(.write, under: 10) == .admit)
        shedding.leave(.search)
        #expect(shedding.inFlight == 1)
    }

    /// 100 000 steps against a list of the requests in flight, under a limit that moves.
    @Test(arguments: [521, 522] as [UInt64])
    func agreesWithAListOfRequests(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var shedding = PriorityShedding()
        var model = SheddingModel()
        var limit = 20
        for step in 0..<50_000 {
            if step % 100 == 0 { limit = Int.random(in: 0...60, using: &generator) }
            let priority = RequestPriority.allCases.randomElement(using: &generator) ?? .search
            if Bool.random(using: &generator) {
                let isAdmitted = shedding.admit(priority, under: limit) == .admit
                guard isAdmitted == model.admit(priority, under: limit) else {
                    Issue.record("seed \(seed), step \(step): \(priority) under \(limit) admitted: \(isAdmitted)")
                    return
                }
            } else {
                shedding.leave(priority)
                model.leave(priority)
            }
            let counts = RequestPriority.allCases.map { shedding.inFlight(of: $0) }
            guard counts == model.counts else {
                Issue.record("seed \(seed), step \(step): \(counts), expected \(model.counts)")
                return
            }
        }
        #expect(model.shed.count == 4 && model.shed.values.allSatisfy { $0 > 100 }, "seed \(seed): \(model.shed)")
    }
}

/// All requests in flight in one list, and each class's share in words.
private struct SheddingModel {
    private(set) var shed: [RequestPriority: Int] = [:]
    private var inFlight: [RequestPriority] = []

    var counts: [Int] { RequestPriority.allCases.map { priority in inFlight.count { $0 == priority } } }

    mutating func admit(_ priority: RequestPriority, under limit: Int) -> Bool {
        let counted = inFlight.count { $0 != .health }
        let isAdmitted: Bool =
            switch priority {
            case .health: true
            case .authentication: counted < max(1, limit)
            case .write: counted < max(1, limit - (limit + 9) / 10)
            case .search: counted < max(1, limit * 4 / 5)
            case .import: counted < max(1, limit * 3 / 5)
            }
        if isAdmitted { inFlight.append(priority) } else { shed[priority, default: 0] += 1 }
        return isAdmitted
    }

    mutating func leave(_ priority: RequestPriority) {
        if let index = inFlight.firstIndex(of: priority) { inFlight.remove(at: index) }
    }
}
