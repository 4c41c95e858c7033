/// The table of a step.
package struct PickleTable: Hashable, Sendable {
    /// The rows with their cells, all equally long.
    package let rows: [[String]]

    /// One for the first, two for the second argument of a step with table and doc string; otherwise nothing.
    package let argumentIndex: Int?

    /// Creates a table from its rows.
    package init(rows: [[String]], argumentIndex: Int? = nil) {
        self.rows = rows
        self.argumentIndex = argumentIndex
    }

    /// The rows below the first one, keyed by the cells of the first one.
    ///
    /// Of columns with the same heading the last one counts.
    package var records: [[String: String]] {
        guard let headings = rows.first else { return [] }
        return rows.dropFirst().map { row in
            Dictionary(zip(headings, row)) { _, last in last }
        }
    }
}
