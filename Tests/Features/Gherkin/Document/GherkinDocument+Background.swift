extension GherkinDocument {
    /// Steps shared by all scenarios of a feature or a rule.
    package struct Background: Hashable, Sendable {
        /// The identifier of the node.
        package let id: Int

        /// The place of the line that opens the background.
        package let location: Location

        /// The keyword as written, without the colon.
        package let keyword: String

        /// The text after the colon.
        package let name: String

        /// The free text below the name.
        package let description: String

        /// The shared steps.
        package let steps: [Step]
    }
}
