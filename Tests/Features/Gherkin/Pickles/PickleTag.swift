/// A tag that a pickle has or inherits.
package struct PickleTag: Hashable, Sendable {
    /// The tag, at sign included.
    package let name: String

    /// The identifier of the tag in the document.
    package let astNodeID: Int
}
