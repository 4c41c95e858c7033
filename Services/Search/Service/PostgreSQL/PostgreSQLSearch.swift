import SQLStorage
import SearchDomain

/// Searches in PostgreSQL, with a text vector and its inverted index in each listing's row.
struct PostgreSQLSearch: SearchEngine {
    let database: any SQLDatabase
    let vectors: TextVectors

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SearchSnapshot) throws -> Value
    ) async throws -> Value {
        try await database.read { try body(PostgreSQLSearchSnapshot(session: $0, vectors: vectors)) }
    }
}

private struct PostgreSQLSearchSnapshot: SearchSnapshot {
    let session: any SQLSession
    let vectors: TextVectors

    func groupCounts(of query: SearchQuery) throws -> [(group: Int64, count: Int)] {
        let filter = try filter(query)
        return try session.rows(
            "SELECT listing.facets, count(*) FROM listing \(filter.clause()) GROUP BY listing.facets",
            filter.arguments
        ).map { row in (group: try row[0], count: try row[1]) }
    }

    func hits(of query: SearchQuery, after position: SearchPosition?) throws -> [SearchHit] {
        let filter = try filter(query)
        var arguments: [any SQLConvertible] = filter.arguments
        let key: String
        let order: String
        var condition: String?
        switch query.effectiveSort {
        case .newest:
            key = "coalesce(listing.intakeOn, '')"
            order = "sort_key DESC, listing.number DESC"
            if let position {
                condition = "(\(key), listing.number) < (?, ?)"
                arguments += [position.key, position.number] as [any SQLConvertible]
            }
        case .relevance:
            // The least first, as with SQLite's rank. The weights are those of the vector's labels, D to A.
            key = "CAST(-ts_rank('{0.1, 0.25, 0.4, 1}', listing.text, CAST(? AS tsquery)) AS double precision)"
            order = "sort_key, listing.number"
            let words = try vectors.query(query.terms)
            if let position {
                condition = "(\(key), listing.number) > (?, ?)"
                arguments += [words, position.rank, position.number] as [any SQLConvertible]
            }
            arguments.insert(words, at: 0)
        }
        return try session.rows(
            """
            SELECT \(ListingRows.columns), listing.number, \(key) AS sort_key FROM listing \(filter.clause(and: condition))
            ORDER BY \(order) LIMIT ?
            """,
            arguments + [query.limit + 1]
        ).map { row in try hit(row, query) }
    }

    private func hit(_ row: SQLRow, _ query: SearchQuery) throws -> SearchHit {
        let column = ListingRows.columnCount + 1
        let key =
            switch query.effectiveSort {
            case .newest: try row[column] as String
            case .relevance: SearchPosition.key(rank: try row[column])
            }
        return SearchHit(
            listing: try ListingRows.listing(row),
            position: SearchPosition(key: key, number: try row[ListingRows.columnCount])
        )
    }

    private func filter(_ query: SearchQuery) throws -> SearchFilter {
        guard !query.terms.isEmpty else { return SearchFilter(query, text: nil) }
        return SearchFilter(query, text: ("listing.text @@ CAST(? AS tsquery)", try vectors.query(query.terms)))
    }
}
