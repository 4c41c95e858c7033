import TestSupport
import Testing

@testable import Resilience

@Suite struct AdaptiveConcurrencyModelTests {
    /// 120 000 calls, with latencies that jump, drops now and then, and pauses.
    @Test(arguments: [531, 532, 533] as [UInt64])
    func agreesWithAPlainModel(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var policy = AdaptiveConcurrencyPolicy()
        policy.negligibleLatency = .milliseconds(seed == 533 ? 50 : 0)
        var limit = AdaptiveConcurrencyLimit(policy: policy)
        var model = GradientModel(negligible: seed == 533 ? 50 : 0)
        var time = 0
        var typical = 20.0
        var steps = 0
        for call in 0..<40_000 {
            if call % 500 == 0 { typical = Double.random(in: 1...100, using: &generator) }
            time += Int.random(in: 0...20, using: &generator)
            let isQuiet = call / 2000 % 3 == 0
            let inFlight = Int.random(in: 1...max(1, isQuiet ? limit.limit / 3 : limit.limit), using: &generator)
            let isDropped = Int.random(in: 0..<(call / 3000 % 2 == 0 ? 50 : 5000), using: &generator) == 0
            let latency = typical * Double.random(in: 0.5...2, using: &generator)
            let outcome: AdaptiveConcurrencyLimit.Outcome =
                isDropped ? .dropped : .answered(after: .seconds(latency / 1000))
            let change = limit.record(outcome, inFlight: inFlight, at: .milliseconds(time))
            let before = Int(model.limit)
            model.add(latency: isDropped ? nil : latency, inFlight: inFlight, atMillisecond: time)
            steps += change == nil ? 0 : 1
            guard abs(limit.estimate - model.limit) < 1e-6, (change != nil) == (Int(model.limit) != before) else {
                Issue.record("seed \(seed), call \(call): \(limit.estimate), expected \(model.limit)")
                return
            }
        }
        #expect(steps > 500, "seed \(seed): \(steps) steps")
    }

    /// Twenty places that take 10 ms each are offered five times what they can do, for thirty seconds.
    ///
    /// The limit must settle where the places are busy and the queue before them is short.
    @Test func settlesWhereTheServiceIsBusyAndTheQueueIsShort() {
        var service = SimulatedService(places: 20, serviceTime: 10)
        service.run(milliseconds: 5000, arrivals: 1)
        service.resetCounts()
        service.run(milliseconds: 30_000, arrivals: 10)
        // Capacity is two requests a millisecond.
        let goodput = Double(service.answered) / 60_000
        #expect(goodput >= 0.9, "goodput \(goodput) of capacity")
        let latency = Double(service.totalLatency) / Double(service.answered)
        #expect(latency < 25, "mean latency \(latency) ms, 10 ms without a queue")
        #expect((20...60).contains(service.limit.limit), "limit \(service.limit.limit)")
    }

    @Test func recoversWithinTenSecondsOfAnOutage() {
        var service = SimulatedService(places: 20, serviceTime: 10)
        service.run(milliseconds: 5000, arrivals: 1)
        for _ in 0..<1000 { service.drop() }
        #expect(service.limit.limit == 10)
        service.run(milliseconds: 10_000, arrivals: 4)
        service.resetCounts()
        service.run(milliseconds: 1000, arrivals: 4)
        #expect(Double(service.answered) / 2000 >= 0.9, "\(service.answered) of 2000, limit \(service.limit.limit)")
    }
}
