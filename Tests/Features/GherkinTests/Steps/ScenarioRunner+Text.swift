import Gherkin

extension ScenarioRunner {
    /// The failure of a scenario with the given step and nothing else, or nothing when it passes.
    func failure(of step: String, in world: World) async -> ScenarioFailure? {
        let source = "Feature: F\n\n  Scenario: S\n    Given \(step)\n"
        return await failure(ofFeature: source, in: world)
    }

    /// The failure of the first scenario of a feature that fails, or nothing when all pass.
    func failure(ofFeature source: String, in world: World) async -> ScenarioFailure? {
        do {
            for pickle in PickleCompiler.compile(try GherkinParser.parse(source, uri: "features/f.feature")) {
                try await run(pickle, in: world)
            }
            return nil
        } catch let failure as ScenarioFailure {
            return failure
        } catch {
            preconditionFailure("the feature of the test is malformed: \(error)")
        }
    }
}
