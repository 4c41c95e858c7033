import SearchDomain
import Synchronization

/// Recent pages and counts of searches with many matches, good until the catalogue changes.
///
/// A search with few matches is quick, and there are very many of them; one with many matches is slow, and there are
/// few, since a text has only so many frequent words.
///
/// Each entry belongs to one generation of the catalogue, which is read in the same transaction as the results: what
/// is served is never older than what the database would answer.
final class SearchCache: Sendable {
    /// How many pages, and how many counts, are remembered; at the limit all are dropped.
    static let capacity = 512

    /// From how many matches on a search is worth remembering.
    static let minimumMatches = 200

    private struct State {
        var generation: Int64 = 0
        var pages: [[UInt8]: ListingSearch.Page] = [:]
        var counts: [[UInt8]: SearchCounts] = [:]
    }

    private let state = Mutex(State())

    func page(of query: SearchQuery, generation: Int64) -> ListingSearch.Page? {
        state.withLock { $0.generation == generation ? $0.pages[query.pageKey] : nil }
    }

    func counts(of query: SearchQuery, generation: Int64) -> SearchCounts? {
        state.withLock { $0.generation == generation ? $0.counts[query.matchKey] : nil }
    }

    func remember(_ page: ListingSearch.Page, of query: SearchQuery, generation: Int64) {
        update(generation) { state in
            if state.pages.count >= Self.capacity { state.pages = [:] }
            state.pages[query.pageKey] = page
        }
    }

    func remember(_ counts: SearchCounts, of query: SearchQuery, generation: Int64) {
        update(generation) { state in
            if state.counts.count >= Self.capacity { state.counts = [:] }
            state.counts[query.matchKey] = counts
        }
    }

    /// A slow reader's results of an older generation are dropped.
    private func update(_ generation: Int64, _ change: (inout State) -> Void) {
        state.withLock { state in
            if generation > state.generation { state = State(generation: generation) }
            if generation == state.generation { change(&state) }
        }
    }
}
