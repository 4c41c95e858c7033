import Resilience
import Testing

@Suite struct ResponseCacheBoundTests {
    private static let keys = ["a", "b", "c", "d", "e"]

    /// Three responses of 100 bytes and their overhead fit exactly.
    private func cache(_ maximumBytes: Int = 3 * (100 + 256)) -> TestCache {
        var cache = TestCache(maximumBytes: maximumBytes)
        for key in ["a", "b", "c"] { cache.fill(key, with: key) }
        return cache
    }

    @Test func holdsWhatFits() {
        #expect(cache().stored(of: Self.keys) == ["a", "b", "c"])
        #expect(cache().state.bytes == 1068)
        #expect(cache().state.count == 3)
        #expect(cache(1067).stored(of: Self.keys) == ["b", "c"])
    }

    @Test func dropsTheOneThatWasNotUsedForLongest() {
        var cache = cache()
        cache.fill("d", with: "d")
        #expect(cache.stored(of: Self.keys) == ["b", "c", "d"])
        _ = cache.lookUp("b")
        cache.fill("e", with: "e")
        #expect(cache.stored(of: Self.keys) == ["b", "d", "e"])
        #expect(cache.state.bytes == 1068)
    }

    @Test func countsServingAStaleResponseAsUse() throws {
        var cache = cache()
        cache.seconds = 11
        _ = cache.lookUp("a")
        cache.fill("d", with: "d")
        #expect(cache.lookUp("a") == .serveStale("a", age: .seconds(11)))
        #expect(cache.state.count == 3)
    }

    @Test func dropsAsManyAsALargeOneNeeds() {
        var cache = cache()
        cache.fill("d", with: "d", bytes: 200)
        #expect(cache.stored(of: Self.keys) == ["c", "d"])
        #expect(cache.state.bytes == 356 + 456)
    }

    @Test func replacesAResponseInItsPlace() {
        var cache = cache()
        cache.seconds = 20
        cache.fill("a", with: "A", bytes: 50)
        #expect(cache.state.count == 3)
        #expect(cache.state.bytes == 1068 - 50)
        #expect(cache.stored(of: Self.keys) == ["a"])
    }

    @Test(arguments: [(812, true), (813, false)])
    func storesNoneThatIsLargerThanAll(_ bytes: Int, isStored: Bool) {
        var cache = cache()
        cache.fill("d", with: "d", bytes: bytes)
        #expect(cache.stored(of: Self.keys) == (isStored ? ["d"] : ["a", "b", "c"]))
    }

    @Test func dropsTheOldResponseThatATooLargeOneReplaces() {
        var cache = cache()
        cache.seconds = 20
        cache.fill("a", with: "A", bytes: 5000)
        #expect(cache.state.count == 2)
        #expect(cache.state.bytes == 712)
    }

    @Test func boundsTheNumberOfEmptyResponses() {
        var cache = TestCache(maximumBytes: 2560)
        for number in 0..<100 { cache.fill("key-\(number)", with: "", bytes: number % 2 == 0 ? 0 : -1000) }
        #expect(cache.state.count == 10)
        #expect(cache.state.bytes == 2560)
    }

    @Test func reusesThePlacesOfThoseThatWent() {
        var cache = cache()
        for round in 0..<50 {
            for key in Self.keys { cache.fill(key, with: "\(key)\(round)") }
            cache.invalidate("c")
            cache.seconds += 60
        }
        #expect(cache.state.bytes == 356 * cache.state.count)
        #expect(cache.state.count <= 3)
    }
}
