import Resilience
import Testing

@Suite struct ResponseCacheFlightTests {
    @Test func letsAFollowerLeadWhenTheLeaderGoes() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        let first = try cache.follow("a")
        let second = try cache.follow("a")
        guard case .promote(first, let next) = cache.complete(fill, with: .abandoned) else {
            Issue.record("the first follower does not lead")
            return
        }
        #expect(next != fill)
        #expect(cache.state.fills == 1)
        // The old leader has no say any more, and newcomers follow the new one.
        #expect(cache.fetch(fill, "old") == .nothing)
        let third = try cache.follow("a")
        #expect(cache.fetch(next, "A") == .deliver("A", to: [second, third]))
        #expect(cache.lookUp("a") == .serve("A", age: .zero))
    }

    @Test func endsAFlightThatNobodyWaitsFor() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        #expect(cache.complete(fill, with: .abandoned) == .nothing)
        #expect(cache.state.fills == 0)
        _ = try cache.lead("a")
    }

    @Test func promotesNobodyWhoHasLeft() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        let first = try cache.follow("a")
        let second = try cache.follow("a")
        cache.leave(first)
        cache.leave(first)
        guard case .promote(second, let next) = cache.complete(fill, with: .abandoned) else {
            Issue.record("the second follower does not lead")
            return
        }
        #expect(cache.fetch(next, "A") == .deliver("A", to: []))
        cache.leave(second)
    }

    @Test func completesAFillOnce() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        cache.fetch(fill, "A")
        #expect(cache.fetch(fill, "B") == .nothing)
        #expect(cache.complete(fill, with: .failed) == .nothing)
        #expect(cache.lookUp("a") == .serve("A", age: .zero))
    }

    @Test func boundsTheFollowers() throws {
        var cache = TestCache(maximumFollowers: 2)
        let fill = try cache.lead("a")
        let first = try cache.follow("a")
        let second = try cache.follow("a")
        #expect(cache.lookUp("a") == .refuse)
        cache.leave(first)
        let third = try cache.follow("a")
        #expect(cache.lookUp("a") == .refuse)
        #expect(cache.fetch(fill, "A") == .deliver("A", to: [second, third]))
    }

    @Test(arguments: [true, false])
    func storesNoFillThatBeganBeforeAnInvalidation(_ isWhole: Bool) throws {
        var cache = TestCache()
        let old = try cache.lead("a")
        let early = try cache.follow("a")
        if isWhole { cache.invalidateAll() } else { cache.invalidate("a") }
        // Whoever asks afterwards does not wait for what may be outdated.
        let new = try cache.lead("a")
        let late = try cache.follow("a")
        #expect(cache.state.fills == 2)
        #expect(cache.fetch(old, "old") == .deliver("old", to: [early]))
        #expect(cache.state.count == 0)
        _ = try cache.follow("a")
        guard case .deliver("new", let followers) = cache.fetch(new, "new") else {
            Issue.record("not delivered")
            return
        }
        #expect(followers.first == late && followers.count == 2)
        #expect(cache.lookUp("a") == .serve("new", age: .zero))
    }

    @Test func doesNotReplaceANewerResponseByAnOlderFill() throws {
        var cache = TestCache()
        let old = try cache.lead("a")
        cache.invalidate("a")
        cache.fill("a", with: "new")
        cache.fetch(old, "old")
        #expect(cache.lookUp("a") == .serve("new", age: .zero))
    }

    @Test func servesANewerResponseWhenAnOlderFillFails() throws {
        var cache = TestCache()
        let old = try cache.lead("a")
        let follower = try cache.follow("a")
        cache.invalidateAll()
        cache.fill("a", with: "new")
        cache.seconds = 3
        #expect(cache.complete(old, with: .failed) == .deliverStale("new", age: .seconds(3), to: [follower]))
    }

    @Test func servesNothingThatWasInvalidatedEvenForErrors() throws {
        var cache = TestCache()
        for key in ["a", "b", "c"] { cache.fill(key, with: key) }
        cache.invalidate("b")
        #expect(cache.stored(of: ["a", "b", "c"]) == ["a", "c"])
        let fill = try cache.lead("b")
        #expect(cache.complete(fill, with: .failed) == .fail([]))
        cache.invalidateAll()
        #expect(cache.stored(of: ["a", "b", "c"]) == [])
        #expect(cache.state.bytes == 0)
    }

    @Test func leavesFillsOfOtherKeysAloneWhenOneIsInvalidated() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        cache.invalidate("b")
        cache.fetch(fill, "A")
        #expect(cache.lookUp("a") == .serve("A", age: .zero))
    }
}
