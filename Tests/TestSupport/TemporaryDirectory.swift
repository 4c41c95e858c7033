import FoundationEssentials

/// Runs `body` with the path of a fresh directory that is removed afterwards.
package func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    return try await body(directory.path)
}

/// A fresh directory for what outlives a scope; see ``withTemporaryDirectory(_:)`` for what does not.
package struct TemporaryDirectory: Sendable {
    package let path: String

    /// Makes the directory.
    package init() throws {
        path = FileManager.default.temporaryDirectory.path + "/clowder-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Removes the directory and all that is in it.
    package func remove() {
        // A directory that cannot be removed is the system's to clean up.
        try? FileManager.default.removeItem(atPath: path)
    }
}
