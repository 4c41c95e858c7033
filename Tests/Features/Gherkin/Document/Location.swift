/// A place in a feature file.
///
/// Lines count from one. Columns count Unicode scalars from one; there is no column at the end of the file.
package struct Location: Hashable, Sendable {
    /// The line, counted from one.
    package let line: Int

    /// The column, counted from one, or nothing at the end of the file.
    package let column: Int?

    /// Creates a location from its coordinates.
    package init(line: Int, column: Int? = nil) {
        self.line = line
        self.column = column
    }
}

extension Location: CustomStringConvertible {
    package var description: String { "(\(line):\(column ?? 0))" }
}
