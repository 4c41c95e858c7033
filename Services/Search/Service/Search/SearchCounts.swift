import SearchContract
import SearchDomain

/// How many listings match, in all and by the values of each facet.
struct SearchCounts: Sendable {
    static let facetNames = ["species", "color", "sex", "jurisdiction", "outcome"]
    /// How many values of a facet are told, the most frequent ones.
    static let maximumValues = 50

    var total = 0
    var facets: [String: [SearchReply.FacetCount]] = [:]

    /// Adds up grouped rows, each a count with one value a facet in the order of ``facetNames``.
    init(groups: [(values: [String?], count: Int)]) {
        var tallies = [[String: Int]](repeating: [:], count: Self.facetNames.count)
        for group in groups {
            total += group.count
            for (index, value) in group.values.enumerated() {
                if let value { tallies[index][value, default: 0] += group.count }
            }
        }
        for (name, tally) in zip(Self.facetNames, tallies) {
            facets[name] =
                tally
                .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .prefix(Self.maximumValues)
                .map { SearchReply.FacetCount(value: $0.key, count: $0.value) }
        }
    }
}
