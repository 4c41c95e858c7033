import LoadBalancing
import Testing

@testable import BalancingLab

@Suite struct CompletionsTests {
    @Test func comeInTheOrderOfTime() {
        var generator = PickGenerator(seed: 3)
        var completions = Completions()
        let times = (0..<500).map { _ in Int64.random(in: 0..<100, using: &generator) }
        for (call, time) in times.enumerated() { completions.add(call, at: time, by: 0, isFailure: false) }
        #expect(completions.nextTime == times.min())
        var last: (time: Int64, call: Int) = (-1, -1)
        for _ in times {
            guard let entry = completions.removeFirst() else { break }
            #expect((last.time, last.call) < (entry.time, entry.call), "of equal times the first added comes first")
            last = (entry.time, entry.call)
        }
        #expect(completions.removeFirst()?.call == nil)
        #expect(completions.nextTime == nil)
    }
}
