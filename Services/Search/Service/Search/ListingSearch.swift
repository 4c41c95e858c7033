import InputValidation
import SQLStorage
import SearchDomain

/// Searches listings, best or newest first, with counts over all matches.
struct ListingSearch: Sendable {
    private let engine: any SearchEngine
    private let cache = SearchCache()
    private let groups = FacetGroups()

    init(engine: any SearchEngine) {
        self.engine = engine
    }

    struct Page: Sendable {
        var listings: [Listing]
        var counts: SearchCounts
        var nextCursor: String?
        /// The state of the catalogue that it was read from.
        var edition: String
    }

    /// What a search found.
    enum Finding: Sendable {
        /// A page of results.
        case page(Page)
        /// The catalogue is as the caller has seen it.
        case unchanged(edition: String)
    }

    /// One page of results, read from one state of the catalogue.
    ///
    /// - Parameters:
    ///   - query: What is searched for.
    ///   - isKnown: Whether the caller has a page of this query and this edition already.
    /// - Returns: The page, or that it is known.
    /// - Throws: `InvalidInput` for a cursor that is not one of this query.
    func find(_ query: SearchQuery, unless isKnown: @escaping @Sendable (String) -> Bool) async throws -> Finding {
        var position: SearchPosition?
        if let cursor = query.cursor {
            guard let read = SearchPosition(cursor: cursor, for: query) else {
                throw InvalidInput([
                    FieldError(pointer: "/cursor", rule: "cursor", message: "must be the nextCursor of the same search")
                ])
            }
            position = read
        }
        return try await engine.read { [position] snapshot in
            let (generation, edition) = try Self.generation(in: snapshot.session)
            guard !isKnown(edition) else { return .unchanged(edition: edition) }
            if let page = cache.page(of: query, generation: generation) { return .page(page) }
            let counts = try counts(query, generation, in: snapshot)
            let hits = counts.total > 0 ? try snapshot.hits(of: query, after: position) : []
            let next = hits.count > query.limit ? hits[query.limit - 1].position : nil
            let page = Page(
                listings: hits.prefix(query.limit).map(\.listing),
                counts: counts,
                nextCursor: next?.cursor(for: query),
                edition: edition
            )
            if counts.total >= SearchCache.minimumMatches {
                cache.remember(page, of: query, generation: generation)
            }
            return .page(page)
        }
    }

    /// How often the catalogue was changed, and that together with which catalogue it is.
    private static func generation(in session: any SQLSession) throws -> (Int64, edition: String) {
        guard let row = try session.row("SELECT generation, id FROM catalogue") else { return (0, "") }
        let (generation, id): (Int64, String) = (try row[0], try row[1])
        return (generation, "\(id)-\(generation)")
    }

    private func counts(
        _ query: SearchQuery,
        _ generation: Int64,
        in snapshot: any SearchSnapshot
    ) throws -> SearchCounts {
        if let counts = cache.counts(of: query, generation: generation) { return counts }
        let groups = try snapshot.groupCounts(of: query)
        let counts = SearchCounts(
            total: groups.reduce(0) { $0 + $1.count },
            tallies: try self.groups.tally(groups, in: snapshot.session)
        )
        if counts.total >= SearchCache.minimumMatches {
            cache.remember(counts, of: query, generation: generation)
        }
        return counts
    }
}
