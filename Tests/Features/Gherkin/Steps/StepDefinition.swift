/// A pattern with the code that runs for the steps that fit it.
struct StepDefinition<World>: Sendable {
    let origin: StepOrigin
    let pattern: StepPattern
    let handler: StepRegistry<World>.Handler
}
