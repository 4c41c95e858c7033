import Resilience
import Testing

/// Whether an old response stands in for one that cannot be fetched, foretold and done.
@Suite struct ResponseCacheSubstituteTests {
    @Test func knowsNoneForAKeyWithoutAResponse() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        #expect(!cache.hasSubstitute(for: fill))
        #expect(cache.complete(fill, with: .failed) == .fail([]))
    }

    @Test func knowsNoneForAFillThatIsOver() throws {
        var cache = TestCache()
        let fill = try cache.lead("a")
        cache.fetch(fill, "A")
        #expect(!cache.hasSubstitute(for: fill))
    }

    @Test(arguments: [10, 15, 39])
    func servesOneForAsLongAsItCoversErrors(_ age: Int) throws {
        var cache = TestCache()
        cache.fill("a", with: "A")
        cache.seconds = age
        let fill = try cache.lead("a")
        #expect(cache.hasSubstitute(for: fill))
        #expect(cache.complete(fill, with: .failed) == .deliverStale("A", age: .seconds(age), to: []))
    }

    @Test(arguments: [(14, true), (15, false), (39, false)])
    func mayServeAnOldResponseThatCoversNoErrors(_ age: Int, isSubstitute: Bool) throws {
        var cache = TestCache()
        cache.fetch(try cache.lead("a"), "A", lifetime: lifetime(10, 30, 5))
        cache.seconds = age
        let fill = try cache.lead("a")
        #expect(cache.hasSubstitute(for: fill) == isSubstitute)
        let completion = cache.complete(fill, with: .failed)
        #expect(completion == (isSubstitute ? .deliverStale("A", age: .seconds(age), to: []) : .fail([])))
    }

    /// It is as old as when it was stored, and no younger.
    @Test(arguments: [(30, true), (0, false)])
    func takesATimeBeforeTheResponseForItsOwn(errors: Int, isSubstitute: Bool) throws {
        var cache = TestCache()
        cache.seconds = 100
        cache.fetch(try cache.lead("a"), "A", lifetime: lifetime(0, 10, errors))
        let fill = try cache.lead("a")
        cache.seconds = 50
        #expect(cache.hasSubstitute(for: fill) == isSubstitute)
        let completion = cache.complete(fill, with: .failed)
        #expect(completion == (isSubstitute ? .deliverStale("A", age: .zero, to: []) : .fail([])))
    }

    private func lifetime(_ fresh: Int, _ revalidating: Int, _ errors: Int) -> ResponseLifetime {
        ResponseLifetime(
            fresh: .seconds(fresh),
            staleWhileRevalidate: .seconds(revalidating),
            staleIfError: .seconds(errors)
        )
    }
}
