/// Why a stack did not start or did not stay up, in one line that names the way out.
package struct StackFailure: Error, CustomStringConvertible, Sendable {
    /// What to do about data that is damaged or gone; never to remove what is left of it.
    static let wayBack = "keep what is there and restore it from a backup: docs/runbooks/restore-from-backup.md"

    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
