import SearchContract

/// How many listings match, in all and by the values of each facet.
struct SearchCounts: Sendable {
    /// How many values of a facet are told, the most frequent ones.
    static let maximumValues = 50

    let total: Int
    let facets: [String: [SearchReply.FacetCount]]

    /// Orders the values of each facet by their counts.
    ///
    /// - Parameters:
    ///   - total: How many listings match.
    ///   - tallies: The values of each facet, in the order of ``FacetGroups/names``.
    init(total: Int, tallies: [[(value: String, count: Int)]]) {
        self.total = total
        let ordered = tallies.map { tally in
            tally
                .sorted { ($1.count, $0.value) < ($0.count, $1.value) }
                .prefix(Self.maximumValues)
                .map { SearchReply.FacetCount(value: $0.value, count: $0.count) }
        }
        facets = Dictionary(uniqueKeysWithValues: zip(FacetGroups.names, ordered))
    }
}
