import Conformance
import Resilience
import TestSupport
import Testing

/// What is found between an invalidation and its confirmation.
@Suite(.timeLimit(.minutes(1))) struct ConfirmedResponseStoreTests {
    private let time = ManualTime()
    private let memory: MemoryResponseStore
    private let store: ConfirmedResponseStore
    private let response = StoredResponse(bytes: [1], fresh: .seconds(60))

    init() {
        memory = MemoryResponseStore(time)
        store = ConfirmedResponseStore(memory)
    }

    @Test func keepsThePromisesOfAStore() async throws {
        try await ResponseStoreConformance(writer: memory, reader: memory, time: time).check()
        let other = MemoryResponseStore(time)
        try await ResponseStoreConformance(
            writer: ConfirmedResponseStore(other),
            reader: ConfirmedResponseStore(other),
            time: time
        ).check()
    }

    private func keepOne() async throws {
        let epoch = try await store.missing("a", in: "x")
        store.keep(response, as: "a", in: "x", from: epoch)
        #expect(await store.find("a", in: "x") == .found([1], age: .zero))
    }

    /// The store was away when it should have been told: what it still has is not found here, not even when it is back.
    @Test func findsNothingOldWhereTheStoreCouldNotBeTold() async throws {
        try await keepOne()
        memory.isAway = true
        #expect(await !store.invalidate("x"))
        #expect(await store.find("a", in: "x") == .unavailable)
        memory.isAway = false
        #expect(await memory.find("a", in: "x") == .found([1], age: .zero))
        // It is told now, and asked from then on.
        #expect(await store.find("a", in: "x") == .unavailable)
        _ = try await store.missing("a", in: "x")
    }

    @Test func keepsNothingWhileNothingIsConfirmed() async throws {
        try await keepOne()
        memory.isAway = true
        #expect(await !store.invalidate("x"))
        memory.isAway = false
        store.keep(response, as: "b", in: "x", from: ResponseEpoch("1"))
        #expect(memory.count == 1)
    }

    @Test func asksForOtherCachesMeanwhile() async throws {
        try await keepOne()
        memory.isAway = true
        #expect(await !store.invalidate("y"))
        memory.isAway = false
        #expect(await store.find("a", in: "x") == .found([1], age: .zero))
    }
}
