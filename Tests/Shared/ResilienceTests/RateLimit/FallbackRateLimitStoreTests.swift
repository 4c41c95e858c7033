import Resilience
import Synchronization
import TestSupport
import Testing

/// What decides when the store that others count in too does not.
@Suite struct FallbackRateLimitStoreTests {
    /// A store in memory that can be away.
    private final class Remote: RateLimitStore {
        let memory: MemoryRateLimitStore
        let failure = Mutex<RateLimitStoreError?>(nil)

        init(_ time: ManualTime) {
            memory = MemoryRateLimitStore { time.now }
        }

        func admit(
            _ limits: [RateLimitedKey],
            completion: @escaping @Sendable (Result<[RateLimitDecision], RateLimitStoreError>) -> Void
        ) {
            if let error = failure.withLock({ $0 }) { return completion(.failure(error)) }
            memory.admit(limits, completion: completion)
        }
    }

    /// What the store said of itself.
    private final class Journal: Sendable {
        let changes = Mutex<[FallbackRateLimitStore.Change]>([])
        let reasons = Mutex<[RateLimitStoreError.Code]>([])
    }

    private let time = ManualTime()
    private let remote: Remote
    private let local: MemoryRateLimitStore
    private let journal = Journal()
    private let store: FallbackRateLimitStore
    private let error = RateLimitStoreError(.timedOut, "no answer")

    init() {
        let (time, journal) = (time, journal)
        remote = Remote(time)
        local = MemoryRateLimitStore { time.now }
        store = FallbackRateLimitStore(
            shared: remote,
            local: local,
            now: { time.now },
            onFallback: { error in journal.reasons.withLock { $0.append(error.code) } },
            onChange: { change in journal.changes.withLock { $0.append(change) } }
        )
    }

    private func policy(burst: Int) throws -> RateLimitPolicy {
        try .testing(limit: 1, window: .seconds(60), burst: burst)
    }

    @Test func asksTheSharedStoreWhileItDecides() async throws {
        let key = RateLimitedKey("a", under: try policy(burst: 2))
        // Another process has counted one.
        _ = remote.memory.decide([key])
        #expect(try await store.admit([key])[0].remaining == 0)
        #expect(try await !store.admit([key])[0].isAdmitted)
        #expect(journal.changes.withLock(\.isEmpty) && journal.reasons.withLock(\.isEmpty))
    }

    /// The local store knows what was admitted before, and nothing that was denied.
    @Test func decidesAloneWithWhatItKnows() async throws {
        let key = RateLimitedKey("a", under: try policy(burst: 3))
        _ = remote.memory.decide([key])
        for isAdmitted in [true, true, false, false] {
            #expect(try await store.admit([key])[0].isAdmitted == isAdmitted)
        }
        remote.failure.withLock { $0 = error }
        #expect(try await store.admit([key])[0].remaining == 0)
        #expect(try await !store.admit([key])[0].isAdmitted)
        #expect(journal.reasons.withLock { $0 } == [.timedOut, .timedOut])
    }

    @Test func tellsOfAnOutageOnce() async throws {
        let key = RateLimitedKey("a", under: try policy(burst: 100))
        remote.failure.withLock { $0 = error }
        for _ in 0..<5 { _ = try await store.admit([key]) }
        #expect(journal.changes.withLock { $0 } == [.began(error)])
        #expect(journal.reasons.withLock(\.count) == 5)
        // It comes, goes, and comes to stay.
        remote.failure.withLock { $0 = nil }
        time.advance(by: Outage.calm / 2)
        _ = try await store.admit([key])
        remote.failure.withLock { $0 = error }
        _ = try await store.admit([key])
        remote.failure.withLock { $0 = nil }
        time.advance(by: Outage.calm - .nanoseconds(1))
        _ = try await store.admit([key])
        #expect(journal.changes.withLock { $0 } == [.began(error)])
        time.advance(by: .nanoseconds(1))
        for _ in 0..<2 { _ = try await store.admit([key]) }
        #expect(journal.changes.withLock { $0 } == [.began(error), .ended])
    }
}
