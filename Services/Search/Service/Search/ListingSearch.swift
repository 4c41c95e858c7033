import GRDB
import InputValidation
import SearchDomain

/// Searches listings, best or newest first, with counts over all matches.
struct ListingSearch: Sendable {
    let database: any DatabaseReader
    let cache = CountCache()

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
        return try await database.read { [cache, position] database in
            let counts = try Self.counts(query.withoutPaging, cache, in: database)
            let rows = counts.total > 0 ? try Self.rows(query, after: position, in: database) : []
            let next = rows.count > query.limit ? Self.position(of: rows[query.limit - 1]) : nil
            return Page(
                listings: rows.prefix(query.limit).map(ListingRows.listing),
                counts: counts,
                nextCursor: next?.cursor(for: query)
            )
        }
    }

    private static func rows(
        _ query: SearchQuery,
        after position: SearchPosition?,
        in database: Database
    ) throws -> [Row] {
        var statement = SearchStatement(query)
        let key: String
        let order: String
        switch query.effectiveSort {
        case .newest:
            key = "coalesce(listing.intakeOn, '')"
            order = "\(key) DESC, listing.number DESC"
            if let position {
                statement.add("(\(key), listing.number) < (?, ?)", arguments: [position.key, position.number])
            }
        case .relevance:
            key = "bm25(listing_text, \(SearchStatement.weights))"
            order = "sort_key, listing.number"
        }
        var sql = "SELECT listing.*, \(key) AS sort_key FROM \(statement.source) \(statement.filter)"
        var arguments = statement.arguments
        if query.effectiveSort == .relevance, let position {
            // A rank is known only once the row matched: the position is compared outside.
            sql = "SELECT * FROM (\(sql)) AS listing WHERE (sort_key, number) > (?, ?)"
            arguments += [rank(position.key), position.number]
        }
        arguments += [query.limit + 1]
        return try Row.fetchAll(database, sql: sql + " ORDER BY \(order) LIMIT ?", arguments: arguments)
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

    private static func counts(_ query: SearchQuery, _ cache: CountCache, in database: Database) throws -> SearchCounts {
        let generation = try Int64.fetchOne(database, sql: "SELECT generation FROM catalogue") ?? 0
        if let counts = cache.counts(for: query, generation: generation) { return counts }
        let statement = SearchStatement(query)
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT count(*) AS count, listing.species, listing.primaryColor, listing.sex, listing.jurisdiction,
                    listing.outcomeType
                FROM \(statement.source) \(statement.filter)
                GROUP BY listing.species, listing.primaryColor, listing.sex, listing.jurisdiction, listing.outcomeType
                """,
            arguments: statement.arguments
        )
        let counts = SearchCounts(
            groups: rows.map { row in ((1...5).map { row[$0] as String? }, row["count"] as Int) }
        )
        cache.remember(counts, for: query, generation: generation)
        return counts
    }
}
