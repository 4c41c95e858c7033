/// The doc string of a step.
package struct PickleDocString: Hashable, Sendable {
    /// The text between the delimiters.
    package let content: String

    /// The text right after the opening delimiter.
    package let mediaType: String?

    /// One for the first, two for the second argument of a step with table and doc string; otherwise nothing.
    package let argumentIndex: Int?

    /// Creates a doc string from its content.
    package init(content: String, mediaType: String? = nil, argumentIndex: Int? = nil) {
        self.content = content
        self.mediaType = mediaType
        self.argumentIndex = argumentIndex
    }
}
