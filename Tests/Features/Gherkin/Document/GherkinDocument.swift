/// A feature file as a tree.
///
/// Identifiers are unique within one document and follow the numbering of the reference parser: a node gets the next
/// number when it is complete, children before parents.
package struct GherkinDocument: Hashable, Sendable {
    /// The name the source was parsed under, usually a path.
    package let uri: String

    /// The feature, or nothing when the file holds only comments and empty lines.
    package let feature: Feature?

    /// The first identifier that no node of this document uses.
    package let nextID: Int
}
