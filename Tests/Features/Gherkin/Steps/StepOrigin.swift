/// Where a step is defined, for messages.
package struct StepOrigin: Hashable, Sendable {
    /// The pattern as written.
    package let pattern: String

    /// The module and file of the definition.
    package let file: String

    /// The line of the definition.
    package let line: Int
}

extension StepOrigin: CustomStringConvertible {
    package var description: String { "\"\(pattern)\" (\(file):\(line))" }
}
