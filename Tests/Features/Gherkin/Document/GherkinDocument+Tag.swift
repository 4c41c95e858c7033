extension GherkinDocument {
    /// One tag of a feature, rule, scenario or examples table.
    package struct Tag: Hashable, Sendable {
        /// The identifier of the node.
        package let id: Int

        /// The place of the at sign.
        package let location: Location

        /// The tag, at sign included.
        package let name: String
    }
}
