import FoundationEssentials

/// Runs `body` with the path of a fresh directory that is removed afterwards.
package func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/clowder-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    // A directory that cannot be removed is the system's to clean up.
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
