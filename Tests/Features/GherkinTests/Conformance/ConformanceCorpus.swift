import FoundationEssentials

/// The reference test data, a folder beside the checkout.
enum ConformanceCorpus {
    /// A file that a test case is about.
    struct Sample: Hashable, Sendable, CustomStringConvertible {
        let folder: String
        let name: String

        /// The name under which the reference parser read the file.
        var uri: String { "../testdata/\(folder)/\(name)" }

        var description: String { name }

        func source() throws -> String {
            try ConformanceCorpus.text(of: "\(folder)/\(name)")
        }

        /// The lines of a file of expectations beside the sample, each decoded from JSON.
        func expectations<Line: Decodable>(_ suffix: String, as type: Line.Type) throws -> [Line] {
            let text = try ConformanceCorpus.text(of: "\(folder)/\(name).\(suffix).ndjson")
            let decoder = JSONDecoder()
            return try text.split(separator: "\n").map { try decoder.decode(type, from: Data($0.utf8)) }
        }
    }

    /// Whether tests that need the data run.
    ///
    /// Continuous integration runs them even when the data is missing, and they fail.
    static var isRequired: Bool { isPresent || ProcessInfo.processInfo.environment["CI"] == "true" }

    static var isPresent: Bool { FileManager.default.fileExists(atPath: root) }

    /// The valid English files.
    static var good: [Sample] { samples(in: "good").filter(isEnglish) }

    /// The invalid files.
    static var bad: [Sample] { samples(in: "bad") }

    private static var root: String {
        var folder = #filePath[...]
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            guard FileManager.default.fileExists(atPath: "\(folder)/Package.swift") else { continue }
            return "\(folder)/../shared/conformance/gherkin/testdata"
        }
        return ""
    }

    private static func text(of path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(root)/\(path)")), as: UTF8.self)
    }

    /// The feature files of a folder; none when it is missing.
    private static func samples(in folder: String) -> [Sample] {
        // A missing folder is for `ConformanceTests` to report.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
        return names.filter { $0.hasSuffix(".feature") }.sorted().map { Sample(folder: folder, name: $0) }
    }

    /// Whether no line of the file asks for a dialect other than English.
    private static func isEnglish(_ sample: Sample) -> Bool {
        // An unreadable file counts as English, so that its own test reads it and fails.
        guard let source = try? sample.source() else { return true }
        return !source.split(separator: "\n").contains { line in
            let header = line.filter { !$0.isWhitespace }
            return header.hasPrefix("#language:") && header != "#language:en"
        }
    }
}
