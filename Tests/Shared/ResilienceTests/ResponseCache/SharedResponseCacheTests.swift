import Resilience
import Synchronization
import Testing

/// One cache for callers on any thread.
@Suite final class SharedResponseCacheTests: Sendable {
    private typealias Cache = SharedResponseCache<String, Int>

    private static let minute = ResponseLifetime(fresh: .seconds(60), staleWhileRevalidate: .zero, staleIfError: .zero)
    private let start = ContinuousClock().now
    private let told = Mutex<[String]>([])

    private func lookUp(_ cache: Cache, _ key: String = "a", as name: String = "") -> Cache.State.Lookup {
        cache.lookUp(key, at: start) {
            { arrival in
                self.told.withLock { told in
                    switch arrival {
                    case .response(let value): told.append("\(name) \(value)")
                    case .stale(let value, _): told.append("\(name) stale \(value)")
                    case .failed: told.append("\(name) failed")
                    case .lead: told.append("\(name) leads")
                    }
                }
            }
        }
    }

    private func led(_ lookup: Cache.State.Lookup) -> Cache.State.Fill? {
        if case .lead(let fill, _) = lookup { fill } else { nil }
    }

    @Test func tellsAllWhoWaitOnce() throws {
        let cache = Cache(from: start)
        let fill = try #require(led(lookUp(cache)))
        for name in ["one", "two"] { _ = lookUp(cache, as: name) }
        let result = Cache.State.FillResult.fetched(7, bytes: 10, lifetime: Self.minute)
        for _ in 0..<2 { #expect(cache.complete(fill, with: result, at: start) == nil) }
        #expect(told.withLock { $0.sorted() } == ["one 7", "two 7"])
        #expect(cache.usage.count == 1 && cache.usage.bytes == 10 + Cache.State.entryOverhead)
        guard case .serve(7, _) = lookUp(cache) else { return #expect(Bool(false), "it is not served") }
        cache.invalidateAll()
        #expect(cache.usage.count == 0 && cache.usage.bytes == 0)
    }

    @Test func tellsNobodyWhoLeft() throws {
        let cache = Cache(from: start)
        let fill = try #require(led(lookUp(cache)))
        guard case .follow(let follower) = lookUp(cache, as: "one") else { return #expect(Bool(false), "no follower") }
        _ = lookUp(cache, as: "two")
        cache.leave(follower)
        cache.complete(fill, with: .abandoned, at: start)
        #expect(told.withLock(\.self) == ["two leads"])
    }

    @Test func handsAnOldValueOut() throws {
        let cache = Cache(from: start)
        let first = try #require(led(lookUp(cache)))
        let old = ResponseLifetime(fresh: .zero, staleWhileRevalidate: .zero, staleIfError: .seconds(60))
        cache.complete(first, with: .fetched(7, bytes: 1, lifetime: old), at: start)
        let second = try #require(led(lookUp(cache)))
        _ = lookUp(cache, as: "one")
        #expect(cache.complete(second, with: .failed, at: start)?.value == 7)
        #expect(told.withLock(\.self) == ["one stale 7"])
        let other = try #require(led(lookUp(cache, "b")))
        _ = lookUp(cache, "b", as: "two")
        #expect(cache.complete(other, with: .failed, at: start) == nil)
        #expect(told.withLock(\.last) == "two failed")
    }
}
