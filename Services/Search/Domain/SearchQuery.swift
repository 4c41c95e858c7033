/// A search as the board understands it.
package struct SearchQuery: Hashable, Sendable {
    /// How results are ordered.
    package enum Sort: String, Sendable, CaseIterable {
        /// The best match first; without words, as `newest`.
        case relevance
        /// The latest intake first.
        case newest
    }

    /// What must occur; empty for everything.
    package var terms: [SearchTerm] = []
    package var species: String?
    package var color: String?
    package var sex: String?
    package var jurisdiction: String?
    package var outcome: String?
    package var intakeFrom: String?
    package var intakeTo: String?
    package var sort = Sort.relevance
    package var limit = 20
    package var cursor: String?

    package init() {}

    /// The query without what selects a page of it.
    package var withoutPaging: SearchQuery {
        var query = self
        query.cursor = nil
        query.limit = 0
        query.sort = .relevance
        return query
    }

    /// The order that applies: there is no relevance without words.
    package var effectiveSort: Sort {
        terms.isEmpty ? .newest : sort
    }
}
