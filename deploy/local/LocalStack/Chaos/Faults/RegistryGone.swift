import FoundationEssentials

/// The registry's directory is renamed away, and put back later.
struct RegistryGone: Fault {
    private static let attempts = 100

    let outage: Duration

    var what: String { "the registry's directory renamed away for \(outage.seconds) s, and put back" }
    let promise = FaultPromise(failures: .none)

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let directory = scene.stack.layout.registry
        let away = directory + ".away"
        try FileManager.default.moveItem(atPath: directory, toPath: away)
        try block(directory)
        try await Task.sleep(for: outage)
        try FileManager.default.removeItem(atPath: directory)
        try FileManager.default.moveItem(atPath: away, toPath: directory)
        return FaultFindings(facts: ["a file in its place kept the services from making it anew"])
    }

    /// Puts a file where the directory was: the next renewal of a lease would make it anew.
    private func block(_ directory: String) throws {
        for _ in 0..<Self.attempts {
            // A renewal that came first has made the directory, and another one may be writing into it.
            if isFolder(directory) { try? FileManager.default.removeItem(atPath: directory) }
            if FileManager.default.createFile(atPath: directory, contents: Data()), !isFolder(directory) { return }
        }
        throw StackFailure("no file can be put in the place of \(directory)")
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }
}
