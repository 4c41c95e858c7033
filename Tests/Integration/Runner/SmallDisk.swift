import FoundationEssentials
import Subprocess
import TestSupport

/// A disk of a few megabytes, in memory.
enum SmallDisk {
    /// Whether this machine lets the tests mount one, which takes Linux and its administrator.
    static func canBeMounted() async -> Bool {
        do {
            return try await withTemporaryDirectory { directory in
                try await with(at: directory + "/disk") { _ in true }
            }
        } catch {
            return false
        }
    }

    /// Runs `body` with a disk that is mounted at `path`.
    static func with<Result>(at path: String, _ body: (String) async throws -> Result) async throws -> Result {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try await run("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path])
        do {
            let result = try await body(path)
            try await run("umount", [path])
            return result
        } catch {
            try await run("umount", ["-l", path])
            throw error
        }
    }

    private static func run(_ name: String, _ arguments: [String]) async throws {
        let result = try await Subprocess.run(
            .name(name),
            arguments: Arguments(arguments),
            output: .discarded,
            error: .string(limit: 4096)
        )
        guard result.terminationStatus.isSuccess else {
            throw UnexpectedCommand(description: "\(name) failed: \(result.standardError)")
        }
    }
}
