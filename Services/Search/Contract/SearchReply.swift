/// A page of search results.
package struct SearchReply: Codable, Sendable {
    /// How many results have one value of a field.
    package struct FacetCount: Codable, Sendable, Equatable {
        package var value: String
        package var count: Int

        package init(value: String, count: Int) {
            self.value = value
            self.count = count
        }
    }

    /// The listings of this page.
    package var items: [ListingReply]
    /// How many listings match in all.
    package var total: Int
    /// Where the next page starts; absent on the last.
    package var nextCursor: String?
    /// Counts over all matching listings, the most frequent values first.
    package var facets: [String: [FacetCount]]
    /// How long the search took.
    package var tookMilliseconds: Double

    package init(
        items: [ListingReply],
        total: Int,
        nextCursor: String?,
        facets: [String: [FacetCount]],
        tookMilliseconds: Double
    ) {
        self.items = items
        self.total = total
        self.nextCursor = nextCursor
        self.facets = facets
        self.tookMilliseconds = tookMilliseconds
    }
}
