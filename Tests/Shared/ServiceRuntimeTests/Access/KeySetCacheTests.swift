import FoundationEssentials
import ServiceRuntime
import Synchronization
import TestSupport
import Testing
import Tokens

@Suite struct KeySetCacheTests {
    private struct IssuerAway: Error {}

    /// An issuer whose keys and availability a test decides on.
    private final class Issuer: Sendable {
        private let state = Mutex((keys: [PublicKey](), isAway: false, fetches: 0))

        var fetches: Int { state.withLock { $0.fetches } }

        func publish(_ ids: String...) { state.withLock { $0.keys = ids.map { PublicKey(x: "A", kid: $0) } } }
        func leave() { state.withLock { $0.isAway = true } }
        func comeBack() { state.withLock { $0.isAway = false } }

        func fetch() throws -> KeySet {
            try state.withLock { state in
                state.fetches += 1
                if state.isAway { throw IssuerAway() }
                return KeySet(keys: state.keys)
            }
        }
    }

    private let time = ManualTime()
    private let issuer = Issuer()
    private let cache: KeySetCache

    init() {
        let (time, issuer) = (time, issuer)
        cache = KeySetCache(now: { time.date }, fetch: { try issuer.fetch() })
        issuer.publish("a")
    }

    private func ids(_ id: String = "a") async throws -> [String] {
        try await cache.keys(including: id).keys.map(\.kid)
    }

    @Test func keepsASetForFiveMinutesAndAsksOnceASecond() {
        #expect(KeySetCache.maximumAge == 300)
        #expect(KeySetCache.minimumPause == 1)
    }

    @Test func fetchesOnceForKnownKeys() async throws {
        for _ in 0..<10 { #expect(try await ids() == ["a"]) }
        time.advance(by: .milliseconds(299_999))
        #expect(try await ids() == ["a"])
        #expect(issuer.fetches == 1)
    }

    @Test func fetchesAnewAfterFiveMinutes() async throws {
        _ = try await ids()
        issuer.publish("a", "b")
        time.advance(by: .seconds(300))
        #expect(try await ids() == ["a", "b"])
        #expect(issuer.fetches == 2)
    }

    @Test func fetchesAtOnceForAKeyOfARotation() async throws {
        _ = try await ids()
        time.advance(by: .seconds(1))
        issuer.publish("b", "a")
        #expect(try await ids("b") == ["b", "a"])
        #expect(issuer.fetches == 2)
    }

    /// Tokens with invented key IDs must not become load for the issuer.
    @Test func asksOnceASecondForUnknownKeys() async throws {
        _ = try await ids()
        for number in 0..<50 {
            time.advance(by: .milliseconds(100))
            #expect(try await ids("unknown-\(number)") == ["a"])
        }
        #expect(issuer.fetches == 6)
    }

    @Test func keepsTheOldSetWhileTheIssuerIsAway() async throws {
        _ = try await ids()
        issuer.leave()
        time.advance(by: .seconds(3600))
        #expect(try await ids() == ["a"])
        #expect(try await ids("b") == ["a"])
        #expect(issuer.fetches == 2)
        issuer.comeBack()
        issuer.publish("b")
        time.advance(by: .seconds(1))
        #expect(try await ids("b") == ["b"])
    }

    @Test func failsWhenThereIsNoSetAtAll() async throws {
        issuer.leave()
        await #expect(throws: IssuerAway.self) { try await ids() }
        await #expect(throws: IssuerAway.self) { try await ids() }
        issuer.comeBack()
        #expect(try await ids() == ["a"])
    }
}
