import FoundationEssentials

/// Where the project's own files and the shared test data are.
package enum ProjectFiles {
    /// Whether a test whose data or server is missing fails, instead of being skipped: in CI.
    package static let mustBeComplete = ProcessInfo.processInfo.environment["CI"] == "true"

    /// The folder that holds `Package.swift`.
    package static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// The public test data beside the checkout; nil where it is not there.
    package static var conformance: String? {
        let path = root + "/../shared/conformance"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// Whether conformance tests run: where the data is, and always in CI, where its absence is a failure.
    package static var runsConformance: Bool {
        conformance != nil || mustBeComplete
    }

    /// The files below the conformance folder with this ending, ordered by name.
    package static func conformanceFiles(in folder: String, ending: String) throws -> [String] {
        let directory = root + "/../shared/conformance/" + folder
        return try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { $0.hasSuffix(ending) }
            .sorted()
            .map { directory + "/" + $0 }
    }

    /// A file's bytes.
    package static func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path)))
    }
}
