/// A search as the board understands it.
package struct SearchQuery: Sendable {
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

    /// What selects the matches, byte by byte: two searches with the same key have the same matches.
    ///
    /// Canonically equivalent texts are equal to Swift but not to the database.
    package var matchKey: [UInt8] {
        let texts = [species, color, sex, jurisdiction, outcome, intakeFrom, intakeTo]
        return Self.key(terms.map(\.key) + ["|"] + texts.map { $0 ?? "" })
    }

    /// What selects a page of the matches, byte by byte.
    package var pageKey: [UInt8] {
        matchKey + Self.key([effectiveSort.rawValue, String(limit), cursor ?? ""])
    }

    /// Joins texts unambiguously: 0xFF is no part of any UTF-8.
    private static func key(_ texts: [String]) -> [UInt8] {
        texts.reduce(into: []) { key, text in
            key.append(contentsOf: text.utf8)
            key.append(0xFF)
        }
    }

    /// The order that applies: there is no relevance without words.
    package var effectiveSort: Sort {
        terms.isEmpty ? .newest : sort
    }
}
