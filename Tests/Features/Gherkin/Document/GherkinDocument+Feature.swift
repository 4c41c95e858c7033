extension GherkinDocument {
    /// The one feature a file may describe.
    package struct Feature: Hashable, Sendable {
        /// The tags every scenario of the feature inherits.
        package let tags: [Tag]

        /// The place of the line that opens the feature.
        package let location: Location

        /// The dialect of the keywords.
        package let language: String

        /// The keyword as written, without the colon.
        package let keyword: String

        /// The text after the colon.
        package let name: String

        /// The free text below the name.
        package let description: String

        /// The steps that come before those of every scenario.
        package let background: Background?

        /// The scenarios outside any rule.
        package let scenarios: [Scenario]

        /// The rules, which follow the scenarios.
        package let rules: [Rule]
    }
}
