extension GherkinDocument {
    /// A scenario, or a scenario outline when it has examples.
    package struct Scenario: Hashable, Sendable {
        /// The identifier of the node.
        package let id: Int

        /// The scenario's own tags.
        package let tags: [Tag]

        /// The place of the line that opens the scenario.
        package let location: Location

        /// The keyword as written, without the colon.
        package let keyword: String

        /// The text after the colon.
        package let name: String

        /// The free text below the name.
        package let description: String

        /// The scenario's own steps.
        package let steps: [Step]

        /// The tables that turn an outline into scenarios.
        package let examples: [Examples]
    }
}
