extension GherkinDocument {
    /// A block of text below a step.
    package struct DocString: Hashable, Sendable {
        /// The place of the opening delimiter.
        package let location: Location

        /// The lines between the delimiters, without the indentation of the opening one.
        package let content: String

        /// The text right after the opening delimiter, or nothing when there is none.
        package let mediaType: String?
    }
}
