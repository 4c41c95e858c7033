import SearchDomain

/// What an engine's full-text index needs in a listing's row besides the fields.
struct ListingIndex: Sendable {
    /// The statement that adds a row: version, group, fields, the index's own values, ID.
    let insertion: String
    /// The statement that replaces a row, with the arguments of ``insertion``.
    let replacement: String
    /// The index's own values.
    let values: @Sendable (Listing) throws -> [String?]
    /// What the engine is told after many changes, a statement each; otherwise it plans as for the catalogue before them.
    let upkeep: [String]

    /// Nothing: the engine keeps index and rows together by itself.
    static let none = ListingIndex(columns: []) { _ in [] }

    /// - Parameters:
    ///   - columns: The index's own columns, and what stands for the value of each in a statement.
    ///   - upkeep: What the engine is told after many changes.
    ///   - values: Their values for a listing.
    init(
        columns: [(name: String, mark: String)],
        upkeep: [String] = [],
        values: @escaping @Sendable (Listing) throws -> [String?]
    ) {
        let all = (["version", "facets"] + ListingRows.fields).map { (name: $0, mark: "?") } + columns
        insertion = """
            INSERT INTO listing (\(all.map(\.name).joined(separator: ", ")), id)
            VALUES (\(all.map(\.mark).joined(separator: ", ")), ?)
            """
        replacement = """
            UPDATE listing SET \(all.map { "\($0.name) = \($0.mark)" }.joined(separator: ", ")) WHERE id = ?
            """
        self.upkeep = upkeep
        self.values = values
    }
}
