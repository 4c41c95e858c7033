/// Runs scenarios step by step.
package struct ScenarioRunner<World>: Sendable {
    private let steps: StepRegistry<World>

    /// Creates a runner for the given definitions.
    package init(steps: StepRegistry<World>) {
        self.steps = steps
    }

    /// Runs the steps of a pickle one after the other and stops at the first that fails.
    ///
    /// Pass a fresh world for each scenario, unless scenarios may see each other's state. The runner does not time
    /// out; cancellation reaches the step that is running.
    package func run(_ pickle: Pickle, in world: World) async throws(ScenarioFailure) {
        for step in pickle.steps {
            do {
                try await steps.match(step).run(in: world)
            } catch {
                throw ScenarioFailure(pickle: pickle, step: step, cause: error)
            }
        }
    }
}
