import LoadBalancing
import Testing

@Suite struct RoundRobinTests {
    @Test(arguments: [1, 2, 3, 10])
    func rotatesThroughEveryEndpointBeforeRepeating(_ count: Int) {
        var bench = PolicyBench(RoundRobin(), loads: [Int](repeating: 0, count: count), seed: 1)
        for _ in 0..<3 {
            #expect((0..<count).map { _ in bench.pickSlot() } == Array(0..<count))
        }
    }

    @Test func doesNotLookAtTheLoad() {
        var bench = PolicyBench(RoundRobin(), loads: [1000, 0], seed: 1)
        #expect((0..<4).map { _ in bench.pickSlot() } == [0, 1, 0, 1])
    }

    /// A second attempt leaves out the replica of the first, and the next call goes on behind both.
    @Test func goesOnWhereItWasWhenOneIsLeftOut() {
        var bench = PolicyBench(RoundRobin(), ids: ["a", "b", "c"])
        #expect(bench.pick() == "a")
        #expect(bench.pick(excluding: ["a"]) == "b")
        #expect(bench.pick() == "c")
        #expect(bench.pick(excluding: ["a", "b"]) == "c")
        #expect(bench.pick() == "a")
    }

    @Test func goesOnWhereItWasWhenReplicasAreEjectedAndReturn() {
        var bench = PolicyBench(RoundRobin(), ids: ["a", "b", "c", "d"])
        #expect((0..<2).map { _ in bench.pick() } == ["a", "b"])
        bench.eject(2)
        #expect((0..<4).map { _ in bench.pick() } == ["d", "a", "b", "d"])
        bench.takeBack(2)
        #expect((0..<4).map { _ in bench.pick() } == ["a", "b", "c", "d"])
    }

    @Test func goesOnWhereItWasWhenReplicasComeAndGo() {
        #expect(picks(from: [["b", "c"], ["a", "b", "c"], ["a", "b"], ["a", "aa", "b"]]) == ["b", "c", "a", "aa"])
        #expect(
            picks(from: [["b", "c", "d"], ["c", "d"], ["a", "d"], ["a"], ["a", "b"]]) == ["b", "c", "d", "a", "b"]
        )
    }

    private func picks(from sets: [[String]]) -> [String] {
        var bench = PolicyBench(RoundRobin())
        return sets.map { set in
            bench.replace(with: set)
            return bench.pick()
        }
    }
}
