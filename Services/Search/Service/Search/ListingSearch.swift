import GRDB
import InputValidation
import SearchDomain

/// Searches listings, best or newest first, with counts over all matches.
struct ListingSearch: Sendable {
    private let database: any DatabaseReader
    private let cache = SearchCache()
    private let groups = FacetGroups()

    /// A row of results: a listing and its place in the order.
    private struct Hit {
        let listing: Listing
        let position: SearchPosition
    }

    init(database: any DatabaseReader) {
        self.database = database
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
        return try await database.read { [position] database in
            let (generation, edition) = try Self.generation(in: database)
            guard !isKnown(edition) else { return .unchanged(edition: edition) }
            if let page = cache.page(of: query, generation: generation) { return .page(page) }
            let counts = try counts(query, generation, in: database)
            let hits = counts.total > 0 ? try Self.hits(query, after: position, in: database) : []
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

    private static func hits(
        _ query: SearchQuery,
        after position: SearchPosition?,
        in database: Database
    ) throws -> [Hit] {
        switch query.effectiveSort {
        case .newest: try newest(query, after: position, in: database)
        case .relevance: try mostRelevant(query, after: position, in: database)
        }
    }

    private static func newest(
        _ query: SearchQuery,
        after position: SearchPosition?,
        in database: Database
    ) throws -> [Hit] {
        let key = "coalesce(listing.intakeOn, '')"
        var statement = SearchStatement(query)
        if let position {
            statement.add("(\(key), listing.number) < (?, ?)", arguments: [position.key, position.number])
        }
        return try fetch(
            hit,
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
    ) throws -> [Hit] {
        let statement = SearchStatement(query)
        var arguments = statement.arguments
        if let position { arguments += [rank(position.key), position.number] }
        return try fetch(
            hit,
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

    private static func hit(_ row: Row) -> Hit {
        let number: Int64 = row[ListingRows.columnCount]
        let position = SearchPosition(key: sortKey(row[ListingRows.columnCount + 1]), number: number)
        return Hit(listing: ListingRows.listing(row), position: position)
    }

    /// A rank keeps all its bits on the way through a cursor; a date is a text already.
    private static func sortKey(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .double(let rank): String(rank.bitPattern)
        case .string(let date): date
        default: ""
        }
    }

    /// How often the catalogue was changed, and that together with which catalogue it is.
    private static func generation(in database: Database) throws -> (Int64, edition: String) {
        let statement = try database.cachedStatement(sql: "SELECT generation, id FROM catalogue")
        guard let row = try Row.fetchOne(statement) else { return (0, "") }
        let (generation, id): (Int64, String) = (row[0], row[1])
        return (generation, "\(id)-\(generation)")
    }

    /// Reads rows one by one, without keeping them; there are few shapes of searches, so statements are kept.
    private static func fetch<Element>(
        _ make: (Row) -> Element,
        _ database: Database,
        _ sql: String,
        _ arguments: StatementArguments
    ) throws -> [Element] {
        let rows = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
        var elements: [Element] = []
        while let row = try rows.next() { elements.append(make(row)) }
        return elements
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
        let groups = try Self.fetch(
            { (group: $0[0] as Int64, count: $0[1] as Int) },
            database,
            """
            SELECT listing.facets, count(*) FROM \(statement.source) \(statement.filter) GROUP BY listing.facets
            """,
            statement.arguments
        )
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
