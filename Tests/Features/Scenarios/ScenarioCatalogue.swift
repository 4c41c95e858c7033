import FoundationEssentials
import Gherkin
import StackSupport
import TestSupport

/// The scenarios of `features/`, those that the tags in the variable `TAGS` select, or all.
enum ScenarioCatalogue {
    static let folder = ProjectFiles.root + "/features"

    /// The selected scenarios for one stage, in the order of files and lines.
    ///
    /// - Throws: `GherkinErrors` with file, line and column; `TagExpressionError` for a bad `TAGS`; `StackFailure` for a
    ///   bad `TARGET`.
    static func selected(_ stage: Scenario.Stage) throws -> [Scenario] {
        let target = try StackTarget.current
        return try selected().filter { $0.stage(on: target) == stage }
    }

    /// The selected scenarios that are played nowhere.
    static func skipped() throws -> [SkippedScenario] {
        let target = try StackTarget.current
        return try selected().compactMap { SkippedScenario($0, on: target) }
    }

    /// The selected scenarios.
    static func selected() throws -> [Scenario] {
        let tags = ProcessInfo.processInfo.environment["TAGS"].flatMap { $0.isEmpty ? nil : $0 }
        return try tagged(tags)
    }

    /// The scenarios that a tag expression selects; all without one.
    static func tagged(_ tags: String?) throws -> [Scenario] {
        let expression = try tags.map { try TagExpression(parsing: $0) }
        return try all().filter { expression?.matches($0.pickle) != false }
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
