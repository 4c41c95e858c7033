/// Everything that is wrong with one source, in the order of discovery.
package struct GherkinErrors: Error, Hashable, Sendable {
    /// The name the source was parsed under.
    package let uri: String

    /// The errors, at least one and at most eleven.
    package let errors: [GherkinError]
}

extension GherkinErrors: CustomStringConvertible {
    package var description: String {
        errors.map { "\(uri): \($0)" }.joined(separator: "\n")
    }
}
