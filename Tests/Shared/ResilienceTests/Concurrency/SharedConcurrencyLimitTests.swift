import Resilience
import Synchronization
import Testing

/// One limit for everything that serves requests.
@Suite(.timeLimit(.minutes(1))) struct SharedConcurrencyLimitTests {
    private let start = ContinuousClock().now

    private func policy(_ limit: Int) -> AdaptiveConcurrencyPolicy {
        var policy = AdaptiveConcurrencyPolicy()
        (policy.initialLimit, policy.minimumLimit, policy.maximumLimit) = (limit, limit, limit)
        return policy
    }

    private func permit(
        _ limit: SharedConcurrencyLimit,
        _ priority: RequestPriority,
        second: Double = 0
    ) -> SharedConcurrencyLimit.Permit? {
        guard case .admitted(let permit) = limit.admit(priority, at: start.advanced(by: .seconds(second))) else {
            return nil
        }
        return permit
    }

    @Test func hasTheConstantsOfTheDesign() {
        #expect(SharedConcurrencyLimit.measuredPriority == .search)
        #expect(SharedConcurrencyLimit.calmTime == .seconds(5))
    }

    @Test func shedsTheLeastImportantFirst() throws {
        let limit = SharedConcurrencyLimit(policy: policy(10), from: start)
        for _ in 0..<6 { #expect(permit(limit, .import) != nil) }
        #expect(permit(limit, .import) == nil)
        for _ in 0..<2 { #expect(permit(limit, .search) != nil) }
        #expect(permit(limit, .search) == nil)
        #expect(permit(limit, .write) != nil)
        #expect(permit(limit, .write) == nil)
        #expect(permit(limit, .authentication) != nil)
        guard case .shed(let retryAfter) = limit.admit(.authentication, at: start) else {
            Issue.record("an eleventh request was let in")
            return
        }
        #expect(retryAfter == .seconds(1))
        #expect(permit(limit, .health) != nil)
        #expect(limit.inFlight == 10)
    }

    @Test func makesRoomWhenRequestsEnd() throws {
        let limit = SharedConcurrencyLimit(policy: policy(1), from: start)
        let first = try #require(permit(limit, .search))
        #expect(permit(limit, .search) == nil)
        limit.finish(first, as: nil, at: start)
        #expect(limit.inFlight == 0)
        #expect(permit(limit, .search) != nil)
    }

    @Test func tellsWhenSheddingBeginsAndEnds() throws {
        let changes = Mutex<[SharedConcurrencyLimit.Change]>([])
        let limit = SharedConcurrencyLimit(policy: policy(1), from: start) { change in
            changes.withLock { $0.append(change) }
        }
        let first = try #require(permit(limit, .search))
        for second in [0, 1, 2.0] { #expect(permit(limit, .search, second: second) == nil) }
        #expect(changes.withLock { $0 } == [.sheddingBegan])
        limit.finish(first, as: nil, at: start.advanced(by: .seconds(6.9)))
        #expect(changes.withLock { $0 } == [.sheddingBegan])
        #expect(permit(limit, .search, second: 7) != nil)
        #expect(changes.withLock { $0 } == [.sheddingBegan, .sheddingEnded])
    }

    /// Searches that take 10 ms, and then ten times as long: the limit rises, and falls.
    @Test func movesByTheLatencyOfSearchesAlone() throws {
        let changes = Mutex<[SharedConcurrencyLimit.Change]>([])
        let limit = SharedConcurrencyLimit(from: start) { change in changes.withLock { $0.append(change) } }
        func round(_ count: Int, _ priority: RequestPriority, taking latency: Duration, at second: Double) throws {
            let permits = try (0..<count).map { _ in try #require(permit(limit, priority, second: second)) }
            for (index, permit) in permits.enumerated() {
                let end = start.advanced(by: .seconds(second) + .milliseconds(index == count - 1 ? 200 : 0))
                limit.finish(permit, as: .answered(after: latency), at: end)
            }
        }
        for second in 0..<20 { try round(10, .search, taking: .milliseconds(10), at: Double(second)) }
        #expect(limit.limit == 100, "too few are in flight to tell")
        try round(60, .search, taking: .milliseconds(10), at: 20)
        #expect(limit.limit > 100)
        let risen = limit.limit
        try round(60, .authentication, taking: .seconds(1), at: 21)
        #expect(limit.limit == risen, "log-ins take long by design")
        try round(60, .search, taking: .milliseconds(100), at: 22)
        #expect(limit.limit < risen)
        #expect(changes.withLock { $0 } == [.limit(risen), .limit(limit.limit)])
    }

    @Test func isSharedByThreads() async {
        let limit = SharedConcurrencyLimit(policy: policy(10), from: start)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<2000 {
                        guard case .admitted(let permit) = limit.admit(.search, at: start) else { continue }
                        limit.finish(permit, as: .answered(after: .milliseconds(1)), at: start)
                    }
                }
            }
        }
        #expect(limit.inFlight == 0)
    }
}
