import SearchDomain
import Synchronization

/// The counts of recent searches, good until the catalogue changes.
final class CountCache: Sendable {
    /// How many searches are remembered.
    static let capacity = 512

    private struct State {
        var generation: Int64 = 0
        var counts: [SearchQuery: SearchCounts] = [:]
    }

    private let state = Mutex(State())

    func counts(for query: SearchQuery, generation: Int64) -> SearchCounts? {
        state.withLock { $0.generation == generation ? $0.counts[query] : nil }
    }

    func remember(_ counts: SearchCounts, for query: SearchQuery, generation: Int64) {
        state.withLock { state in
            if state.generation != generation || state.counts.count >= Self.capacity {
                state = State(generation: generation)
            }
            state.counts[query] = counts
        }
    }
}
