extension GherkinDocument {
    /// A group of scenarios that illustrate one business rule.
    package struct Rule: Hashable, Sendable {
        /// The identifier of the node.
        package let id: Int

        /// The tags every scenario of the rule inherits.
        package let tags: [Tag]

        /// The place of the line that opens the rule.
        package let location: Location

        /// The keyword as written, without the colon.
        package let keyword: String

        /// The text after the colon.
        package let name: String

        /// The free text below the name.
        package let description: String

        /// The steps that come before those of every scenario of the rule, after those of the feature.
        package let background: Background?

        /// The scenarios of the rule.
        package let scenarios: [Scenario]
    }
}
