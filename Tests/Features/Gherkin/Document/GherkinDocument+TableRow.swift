extension GherkinDocument {
    /// One row of a table.
    package struct TableRow: Hashable, Sendable {
        /// The identifier of the node.
        package let id: Int

        /// The place of the first delimiter.
        package let location: Location

        /// The cells without their padding, escapes resolved.
        package let cells: [String]
    }
}
