import Discovery
import LoadBalancing
import TestSupport
import Testing

@Suite struct RoundRobinTests {
    private func candidates(_ ids: [String]) -> [Candidate] {
        ids.map { Candidate(endpoint: .named($0), outstanding: 0) }
    }

    @Test(arguments: [1, 2, 3, 10])
    func rotatesThroughEveryEndpointBeforeRepeating(_ count: Int) {
        var policy = RoundRobin()
        var generator = SeededGenerator(seed: 1)
        let candidates = candidates((0..<count).map { "replica-\($0)" })
        for _ in 0..<3 {
            #expect((0..<count).map { _ in policy.pick(from: candidates, using: &generator) } == Array(0..<count))
        }
    }

    @Test func doesNotLookAtTheLoad() {
        var policy = RoundRobin()
        var generator = SeededGenerator(seed: 1)
        let candidates = [("a", 1000), ("b", 0)].map { Candidate(endpoint: .named($0), outstanding: $1) }
        #expect((0..<4).map { _ in policy.pick(from: candidates, using: &generator) } == [0, 1, 0, 1])
    }

    /// A second attempt leaves out the replica of the first, and the next call goes on behind both.
    @Test func goesOnWhereItWasWhenOneIsLeftOut() {
        #expect(
            picks(from: [["a", "b", "c"], ["b", "c"], ["a", "b", "c"], ["a", "b", "c"]]) == ["a", "b", "c", "a"]
        )
    }

    @Test func goesOnWhereItWasWhenReplicasComeAndGo() {
        #expect(picks(from: [["b", "c"], ["a", "b", "c"], ["a", "b"], ["a", "aa", "b"]]) == ["b", "c", "a", "aa"])
        #expect(
            picks(from: [["b", "c", "d"], ["c", "d"], ["a", "d"], ["a"], ["a", "b"]]) == ["b", "c", "d", "a", "b"]
        )
    }

    private func picks(from sets: [[String]]) -> [String] {
        var policy = RoundRobin()
        var generator = SeededGenerator(seed: 1)
        return sets.map { $0[policy.pick(from: candidates($0), using: &generator)] }
    }
}
