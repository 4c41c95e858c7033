/// Why a stack did not start or did not stay up, in one line that names the way out.
package struct StackFailure: Error, CustomStringConvertible, Sendable {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
