package import Discovery

/// How the search service is found.
package enum SearchAddress {
    /// Its name in the registry.
    package static let name = ServiceName(known: "search")
    /// The import's path; the one route without the usual body limit and deadline.
    package static let importPath = "/v1/listings/import"
    /// How long an import may take.
    package static let importDeadline = Duration.seconds(3600)
}
