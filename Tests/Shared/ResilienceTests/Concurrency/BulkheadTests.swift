import Resilience
import TestSupport
import Testing

@Suite struct BulkheadTests {
    @Test func hasTheDefaultsOfTheDesign() {
        #expect(Bulkhead.defaultLimit == 25)
        #expect(Bulkhead().limit == 25)
    }

    @Test(arguments: [1, 2, 25])
    func admitsUpToTheLimit(_ limit: Int) {
        var bulkhead = Bulkhead(limit: limit)
        let entries = (0..<(limit + 2)).map { _ in bulkhead.enter() }
        #expect(entries == Array(repeating: true, count: limit) + [false, false])
        #expect(bulkhead.inFlight == limit)
        bulkhead.leave()
        #expect(bulkhead.enter() == true)
        #expect(bulkhead.enter() == false)
    }

    @Test(arguments: [(-3, 1), (0, 1), (1, 1), (2, 2)])
    func hasAtLeastOnePlace(_ limit: Int, places: Int) {
        #expect(Bulkhead(limit: limit).limit == places)
    }

    @Test func staysEmptyWhenMoreLeaveThanCame() {
        var bulkhead = Bulkhead(limit: 1)
        bulkhead.leave()
        #expect(bulkhead.inFlight == 0)
        #expect(bulkhead.enter() == true)
        #expect(bulkhead.enter() == false)
    }

    /// 100 000 steps against a set of the calls in flight.
    @Test(arguments: [511, 512] as [UInt64])
    func agreesWithASetOfCalls(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bulkhead = Bulkhead()
        var calls: Set<Int> = []
        for step in 0..<50_000 {
            if Int.random(in: 0..<100, using: &generator) < (step / 1000 % 2 == 0 ? 55 : 45) {
                let isAdmitted = calls.count < 25
                if isAdmitted { calls.insert(step) }
                if bulkhead.enter() != isAdmitted { Issue.record("seed \(seed), step \(step): not \(isAdmitted)") }
            } else {
                if let call = calls.first { calls.remove(call) }
                bulkhead.leave()
            }
            guard bulkhead.inFlight == calls.count else {
                Issue.record("seed \(seed), step \(step): \(bulkhead.inFlight) in flight, expected \(calls.count)")
                return
            }
        }
    }

    @Test func isSharedAndCanBeChanged() {
        let bulkhead = SharedBulkhead(limit: 2)
        #expect(bulkhead.enter() && bulkhead.enter() && !bulkhead.enter())
        bulkhead.setLimit(1)
        #expect(bulkhead.limit == 1 && bulkhead.inFlight == 2)
        bulkhead.leave()
        #expect(!bulkhead.enter())
        bulkhead.leave()
        #expect(bulkhead.enter() && SharedBulkhead().limit == 25)
        bulkhead.setLimit(0)
        #expect(bulkhead.limit == 1)
    }
}
