import Resilience
import Testing

@Suite struct ResponseCacheServingTests {
    @Test func hasItsDefaults() {
        #expect(ResponseCacheState<String, String>.defaultMaximumBytes == 8 * 1024 * 1024)
        #expect(ResponseCacheState<String, String>.defaultMaximumFollowers == 1000)
        #expect(ResponseCacheState<String, String>.entryOverhead == 256)
    }

    @Test func letsTheFirstLeadAndTheOthersFollow() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        let first = try cache.follow("a")
        let second = try cache.follow("a")
        #expect(first != second)
        #expect(cache.state.fills == 1)
        #expect(cache.fetch(fill, "A") == .deliver("A", to: [first, second]))
        #expect(cache.state.fills == 0)
        #expect(cache.lookUp("a") == .serve("A", age: .zero))
    }

    @Test func fillsKeysIndependently() throws {
        var cache = TestCache()
        let a = try cache.lead("a")
        let b = try cache.lead("b")
        #expect(a != b)
        #expect(cache.state.fills == 2)
        #expect(cache.fetch(b, "B") == .deliver("B", to: []))
        _ = try cache.follow("a")
    }

    @Test func servesAFreshResponseWithItsAge() {
        var cache = TestCache()
        cache.seconds = 100
        cache.fill("a", with: "A")
        cache.seconds = 109
        #expect(cache.lookUp("a") == .serve("A", age: .seconds(9)))
        // A clock that went back makes no response older or younger than new.
        cache.seconds = 50
        #expect(cache.lookUp("a") == .serve("A", age: .zero))
    }

    @Test(arguments: [10, 14])
    func servesAStaleResponseWhileOneRevalidates(_ age: Int) throws {
        var cache = TestCache()
        cache.fill("a", with: "A")
        cache.seconds = age
        guard case .serveStaleAndRevalidate("A", .seconds(age), let fill) = cache.lookUp("a") else {
            Issue.record("not revalidated at \(age) s")
            return
        }
        #expect(cache.lookUp("a") == .serveStale("A", age: .seconds(age)))
        #expect(cache.fetch(fill, "A2") == .deliver("A2", to: []))
        #expect(cache.lookUp("a") == .serve("A2", age: .zero))
    }

    @Test func revalidatesAgainAfterAFailure() throws {
        var cache = TestCache()
        cache.fill("a", with: "A")
        cache.seconds = 11
        let fill = try cache.lead("a")
        #expect(cache.complete(fill, with: .failed) == .deliverStale("A", age: .seconds(11), to: []))
        _ = try cache.lead("a")
    }

    @Test(arguments: [(15, "A"), (39, "A"), (40, nil)])
    func handsTheStaleResponseToTheLeader(_ age: Int, stale: String?) {
        var cache = TestCache()
        cache.fill("a", with: "A")
        cache.seconds = age
        guard case .lead(_, let base) = cache.lookUp("a") else {
            Issue.record("no lead")
            return
        }
        #expect(base == stale)
        #expect(cache.state.count == (stale == nil ? 0 : 1))
    }

    @Test(arguments: [15, 39])
    func servesAStaleResponseToAllWhenTheLeaderFails(_ age: Int) throws {
        var cache = TestCache()
        cache.fill("a", with: "A")
        cache.seconds = age
        let fill = try cache.lead("a")
        let follower = try cache.follow("a")
        #expect(cache.complete(fill, with: .failed) == .deliverStale("A", age: .seconds(age), to: [follower]))
        #expect(cache.state.fills == 0)
    }

    /// The age counts when the fill fails, not when it began.
    @Test(arguments: [0, 39])
    func failsAllWhenThereIsNothingStale(_ begin: Int) throws {
        var cache = TestCache()
        if begin > 0 { cache.fill("a", with: "A") }
        cache.seconds = begin
        let fill = try cache.lead("a")
        let follower = try cache.follow("a")
        cache.seconds = 40
        #expect(cache.complete(fill, with: .failed) == .fail([follower]))
        #expect(cache.state.fills == 0)
        // The next one tries again.
        _ = try cache.lead("a")
    }

    @Test func storesNothingOfNoLifetime() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        let follower = try cache.follow("a")
        #expect(cache.fetch(fill, "A", lifetime: .none) == .deliver("A", to: [follower]))
        #expect(cache.state.count == 0)
    }

    @Test func dropsAResponseThatANewerOneOfNoLifetimeReplaces() throws {
        var cache = TestCache()
        cache.fill("a", with: "A")
        cache.seconds = 20
        let fill = try cache.lead("a")
        cache.fetch(fill, "A2", lifetime: .none)
        #expect(cache.state.count == 0)
        #expect(cache.state.bytes == 0)
    }

    @Test func storesWhatIsOnlyGoodForErrors() throws {
        var cache = TestCache()
        let lifetime = ResponseLifetime(fresh: .zero, staleWhileRevalidate: .zero, staleIfError: .seconds(5))
        let fill = try cache.lead("a")
        cache.fetch(fill, "A", lifetime: lifetime)
        let next = try cache.lead("a")
        #expect(cache.complete(next, with: .failed) == .deliverStale("A", age: .zero, to: []))
    }
}
