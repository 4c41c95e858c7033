/// The error that a step definition throws until it is written.
package struct PendingStep: Error, Hashable, Sendable {
    /// Creates the error.
    package init() {}
}

extension PendingStep: CustomStringConvertible {
    package var description: String { "the step definition is not written" }
}
