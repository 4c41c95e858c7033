extension GherkinDocument {
    /// A table of values for the placeholders of a scenario outline.
    package struct Examples: Hashable, Sendable {
        /// The identifier of the node.
        package let id: Int

        /// The tags every scenario made from the table inherits.
        package let tags: [Tag]

        /// The place of the line that opens the examples.
        package let location: Location

        /// The keyword as written, without the colon.
        package let keyword: String

        /// The text after the colon.
        package let name: String

        /// The free text below the name.
        package let description: String

        /// The row of placeholder names, or nothing when there is no table.
        package let header: TableRow?

        /// The rows of values, as wide as the header.
        package let body: [TableRow]
    }
}
