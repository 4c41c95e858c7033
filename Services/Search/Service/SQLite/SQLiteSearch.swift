import SQLStorage
import SQLiteStorage
import SearchDomain

/// Searches in SQLite, with its full-text index FTS5.
struct SQLiteSearch: SearchEngine {
    let database: SQLiteDatabase

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SearchSnapshot) throws -> Value
    ) async throws -> Value {
        try await database.readRows { try body(SQLiteSearchSnapshot(rows: $0)) }
    }
}

/// Goes past ``SQLSession`` where rows are many: they are read where they lie, without being kept.
private struct SQLiteSearchSnapshot: SearchSnapshot {
    /// How much a match counts in each indexed column, in the order of the index's columns: the name counts most.
    private static let weights = "10.0, 4.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0"

    let rows: SQLiteSession

    var session: any SQLSession { rows }

    func groupCounts(of query: SearchQuery) throws -> [(group: Int64, count: Int)] {
        let filter = Self.filter(query)
        return try fetch(
            { row in (group: try row.integer(0) ?? 0, count: Int(try row.integer(1) ?? 0)) },
            "SELECT listing.facets, count(*) FROM \(Self.source(query)) \(filter.clause()) GROUP BY listing.facets",
            filter.arguments
        )
    }

    func hits(of query: SearchQuery, after position: SearchPosition?) throws -> [SearchHit] {
        switch query.effectiveSort {
        case .newest: try newest(query, after: position)
        case .relevance: try mostRelevant(query, after: position)
        }
    }

    private func newest(_ query: SearchQuery, after position: SearchPosition?) throws -> [SearchHit] {
        let key = "coalesce(listing.intakeOn, '')"
        let filter = Self.filter(query)
        var arguments: [any SQLConvertible] = filter.arguments
        if let position { arguments += [position.key, position.number] as [any SQLConvertible] }
        let clause = filter.clause(and: position.map { _ in "(\(key), listing.number) < (?, ?)" })
        return try fetch(
            Self.hit,
            """
            SELECT \(ListingRows.columns), listing.number, \(key) AS sort_key FROM \(Self.source(query)) \(clause)
            ORDER BY \(key) DESC, listing.number DESC LIMIT ?
            """,
            arguments + [query.limit + 1]
        )
    }

    /// Ranks row numbers only, and reads whole rows for the page alone.
    private func mostRelevant(_ query: SearchQuery, after position: SearchPosition?) throws -> [SearchHit] {
        let filter = Self.filter(query)
        var arguments: [any SQLConvertible] = filter.arguments
        if let position { arguments += [position.rank, position.number] as [any SQLConvertible] }
        // The index alone, where nothing but words is asked for.
        let source = filter.conditions.count == 1 ? "listing_text" : Self.source(query)
        return try fetch(
            Self.hit,
            """
            SELECT \(ListingRows.columns), listing.number, page.sort_key FROM (
                SELECT * FROM (
                    SELECT listing_text.rowid AS number, bm25(listing_text, \(Self.weights)) AS sort_key
                    FROM \(source) \(filter.clause())
                ) \(position == nil ? "" : "WHERE (sort_key, number) > (?, ?)")
                ORDER BY sort_key, number LIMIT ?
            ) AS page CROSS JOIN listing ON listing.number = page.number ORDER BY page.sort_key, page.number
            """,
            arguments + [query.limit + 1]
        )
    }

    private static func filter(_ query: SearchQuery) -> SearchFilter {
        let isFullText = !query.terms.isEmpty
        return SearchFilter(query, text: isFullText ? ("listing_text MATCH ?", matchExpression(query.terms)) : nil)
    }

    /// The index comes first, always: `CROSS JOIN` keeps SQLite from walking all listings of a species instead.
    private static func source(_ query: SearchQuery) -> String {
        query.terms.isEmpty ? "listing" : "listing_text CROSS JOIN listing ON listing.number = listing_text.rowid"
    }

    /// The terms in FTS5's language; every word is quoted, so that no text can be an operator.
    private static func matchExpression(_ terms: [SearchTerm]) -> String {
        terms.map { term in
            switch term {
            case .word(let word): quoted(word)
            case .prefix(let beginning): quoted(beginning) + " *"
            case .phrase(let words): quoted(words.joined(separator: " "))
            }
        }.joined(separator: " AND ")
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    private static func hit(_ row: borrowing SQLiteRow) throws -> SearchHit {
        let number = try row.integer(ListingRows.columnCount) ?? 0
        let position = SearchPosition(key: key(row.value(ListingRows.columnCount + 1)), number: number)
        return SearchHit(listing: try ListingRows.listing { try row.text($0) }, position: position)
    }

    /// A date is a text already.
    private static func key(_ value: SQLValue) -> String {
        switch value {
        case .real(let rank): SearchPosition.key(rank: rank)
        case .text(let date): date
        case .null, .integer, .blob: ""
        }
    }

    /// There are few shapes of searches, so that statements are kept.
    private func fetch<Element>(
        _ make: (borrowing SQLiteRow) throws -> Element,
        _ sql: String,
        _ arguments: [any SQLConvertible]
    ) throws -> [Element] {
        var elements: [Element] = []
        try rows.forEachRow(sql, arguments) { row in elements.append(try make(row)) }
        return elements
    }
}
