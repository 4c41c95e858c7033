extension GherkinDocument {
    /// One step with its table and doc string, if it has them.
    package struct Step: Hashable, Sendable {
        /// The identifier of the node.
        package let id: Int

        /// The place of the step's line.
        package let location: Location

        /// The keyword as written, with the space that ends it.
        package let keyword: String

        /// What the keyword says about the role of the step.
        package let keywordType: StepKeywordType

        /// The text after the keyword.
        package let text: String

        /// The rows below the step; empty when there is no table.
        package let tableRows: [TableRow]

        /// The doc string below the step.
        package let docString: DocString?
    }
}
