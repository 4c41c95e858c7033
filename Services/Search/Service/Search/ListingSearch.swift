import GRDB
import InputValidation
import SearchDomain

/// Searches listings, best or newest first, with counts over all matches.
struct ListingSearch: Sendable {
    private let database: any DatabaseReader
    private let cache = SearchCache()
    private let groups = FacetGroups()

    init(database: any DatabaseReader) {
        self.database = database
    }

    struct Page: Sendable {
        var listings: [Listing]
        var counts: SearchCounts
        var nextCursor: String?
    }

    /// One page of results, read from one state of the catalogue.
    ///
    /// - Throws: `InvalidInput` for a cursor that is not one of this query.
    func page(_ query: SearchQuery) async throws -> Page {
        var position: SearchPosition?
        if let cursor = query.cursor {
            guard let read = SearchPosition(cursor: cursor, for: query) else {
                throw InvalidInput([
                    FieldError(pointer: "/cursor", rule: "cursor", message: "must be the nextCursor of the same search")
                ])
            }
            position = read
        }
        return try await database.read { [position] database in
            let generation = try Int64.fetchOne(database, sql: "SELECT generation FROM catalogue") ?? 0
            if let page = cache.page(of: query, generation: generation) { return page }
            let counts = try counts(query, generation, in: database)
            let rows = counts.total > 0 ? try Self.rows(query, after: position, in: database) : []
            let next = rows.count > query.limit ? Self.position(of: rows[query.limit - 1]) : nil
            let page = Page(
                listings: rows.prefix(query.limit).map(ListingRows.listing),
                counts: counts,
                nextCursor: next?.cursor(for: query)
            )
            if counts.total >= SearchCache.minimumMatches {
                cache.remember(page, of: query, generation: generation)
            }
            return page
        }
    }

    private static func rows(
        _ query: SearchQuery,
        after position: SearchPosition?,
        in database: Database
    ) throws -> [Row] {
        switch query.effectiveSort {
        case .newest: try newest(query, after: position, in: database)
        case .relevance: try mostRelevant(query, after: position, in: database)
        }
    }

    private static func newest(
        _ query: SearchQuery,
        after position: SearchPosition?,
        in database: Database
    ) throws -> [Row] {
        let key = "coalesce(listing.intakeOn, '')"
        var statement = SearchStatement(query)
        if let position {
            statement.add("(\(key), listing.number) < (?, ?)", arguments: [position.key, position.number])
        }
        return try fetch(
            database,
            """
                SELECT \(ListingRows.columns), listing.number, \(key) AS sort_key FROM \(statement.source) \(statement.filter)
                ORDER BY \(key) DESC, listing.number DESC LIMIT ?
                """,
            statement.arguments + [query.limit + 1]
        )
    }

    /// Ranks row numbers only, and reads whole rows for the page alone.
    private static func mostRelevant(
        _ query: SearchQuery,
        after position: SearchPosition?,
        in database: Database
    ) throws -> [Row] {
        let statement = SearchStatement(query)
        var arguments = statement.arguments
        if let position { arguments += [rank(position.key), position.number] }
        return try fetch(
            database,
            """
                SELECT \(ListingRows.columns), listing.number, page.sort_key FROM (
                    SELECT * FROM (
                        SELECT listing_text.rowid AS number, bm25(listing_text, \(SearchStatement.weights)) AS sort_key
                        FROM \(statement.narrowSource) \(statement.filter)
                    ) \(position == nil ? "" : "WHERE (sort_key, number) > (?, ?)")
                    ORDER BY sort_key, number LIMIT ?
                ) AS page CROSS JOIN listing ON listing.number = page.number ORDER BY page.sort_key, page.number
                """,
            arguments + [query.limit + 1]
        )
    }

    /// There are few shapes of searches, so that their statements are worth keeping.
    private static func fetch(_ database: Database, _ sql: String, _ arguments: StatementArguments) throws -> [Row] {
        try Row.fetchAll(try database.cachedStatement(sql: sql), arguments: arguments)
    }

    private static func position(of row: Row) -> SearchPosition {
        let number: Int64 = row["number"]
        guard let rank = (row["sort_key"] as DatabaseValue).storage.value as? Double else {
            return SearchPosition(key: row["sort_key"], number: number)
        }
        return SearchPosition(key: String(rank.bitPattern), number: number)
    }

    private static func rank(_ key: String) -> Double {
        UInt64(key).map(Double.init(bitPattern:)) ?? 0
    }

    private func counts(
        _ query: SearchQuery,
        _ generation: Int64,
        in database: Database
    ) throws -> SearchCounts {
        if let counts = cache.counts(of: query, generation: generation) { return counts }
        let statement = SearchStatement(query)
        let rows = try Self.fetch(
            database,
            """
                SELECT listing.facets, count(*) FROM \(statement.source) \(statement.filter) GROUP BY listing.facets
                """,
            statement.arguments
        )
        let groups = rows.map { (group: $0[0] as Int64, count: $0[1] as Int) }
        let counts = SearchCounts(
            total: groups.reduce(0) { $0 + $1.count },
            tallies: try self.groups.tally(groups, in: database)
        )
        if counts.total >= SearchCache.minimumMatches {
            cache.remember(counts, of: query, generation: generation)
        }
        return counts
    }
}
