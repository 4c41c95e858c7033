import FoundationEssentials
import Gherkin
import TestSupport

/// The scenarios of `features/`, those that the tags in the variable `TAGS` select, or all.
enum ScenarioCatalogue {
    static let folder = ProjectFiles.root + "/features"

    /// The selected scenarios, in the order of files and lines.
    ///
    /// - Throws: `GherkinErrors` with file, line and column; `TagExpressionError` for a bad `TAGS`.
    static func selected(_ stage: Scenario.Stage) throws -> [Scenario] {
        let tags = ProcessInfo.processInfo.environment["TAGS"].flatMap { $0.isEmpty ? nil : $0 }
        let expression = try tags.map { try TagExpression(parsing: $0) }
        return try all().filter { scenario in
            scenario.stage == stage && expression?.matches(scenario.pickle) != false
        }
    }

    /// Every scenario.
    static func all() throws -> [Scenario] {
        try files().flatMap { file in
            let text = String(decoding: try ProjectFiles.read("\(folder)/\(file)"), as: UTF8.self)
            return PickleCompiler.compile(try GherkinParser.parse(text, uri: "features/\(file)")).map(Scenario.init)
        }
    }

    /// The names of the feature files.
    static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".feature") }.sorted()
    }
}
