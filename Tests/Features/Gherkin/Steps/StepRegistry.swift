/// The step definitions of a test suite.
///
/// Define all steps first, then hand the registry to a `ScenarioRunner`. The order of definitions has no meaning.
///
/// ```swift
/// var steps = StepRegistry<MailWorld>()
/// steps.define("{word} has {int} mail(s)") { world, arguments in
///     try await world.deliver(arguments.int(1), to: arguments.string(0))
/// }
/// ```
package struct StepRegistry<World>: Sendable {
    /// The code that runs for a step.
    ///
    /// A step fails when it throws.
    package typealias Handler = @Sendable (World, StepArguments) async throws -> Void

    private var definitions: [StepDefinition<World>] = []
    private var defect: StepMatchError?

    /// Creates a registry without definitions.
    package init() {}

    /// Adds a definition for the steps that fit `pattern`, which `StepPattern` describes.
    ///
    /// A pattern that cannot be read makes every later match fail with an error that names it.
    package mutating func define(
        _ pattern: String,
        file: String = #fileID,
        line: Int = #line,
        _ handler: @escaping Handler
    ) {
        let origin = StepOrigin(pattern: pattern, file: file, line: line)
        do {
            let pattern = try StepPattern(parsing: pattern)
            definitions.append(StepDefinition(origin: origin, pattern: pattern, handler: handler))
        } catch {
            defect = defect ?? .malformed(origin, error)
        }
    }

    /// The one definition that fits a step, with the arguments to call it with.
    func match(_ step: PickleStep) throws(StepMatchError) -> StepMatch<World> {
        if let defect { throw defect }
        let matches = definitions.compactMap { definition in
            definition.pattern.captures(in: step.text).map { captures in
                StepMatch(definition: definition, arguments: StepArguments(captures: captures, step: step))
            }
        }
        guard let match = matches.first else { throw .undefined(snippet: StepSnippet(for: step).description) }
        guard matches.count == 1 else { throw .ambiguous(matches.map(\.definition.origin)) }
        return match
    }
}
