import SQLStorage
import SearchDomain

/// One state of the catalogue, as an engine reads searches from it.
protocol SearchSnapshot {
    /// The transaction that sees the state.
    var session: any SQLSession { get }

    /// How many of the matches have each group of facet values.
    func groupCounts(of query: SearchQuery) throws -> [(group: Int64, count: Int)]

    /// The matches in the query's order after a position, one more than the query's limit when there are as many.
    func hits(of query: SearchQuery, after position: SearchPosition?) throws -> [SearchHit]
}

/// Where snapshots come from.
protocol SearchEngine: Sendable {
    /// Runs `body` on a state of the catalogue.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SearchSnapshot) throws -> Value
    ) async throws -> Value
}

/// A row of results: a listing and its place in the order.
struct SearchHit {
    let listing: Listing
    let position: SearchPosition
}
