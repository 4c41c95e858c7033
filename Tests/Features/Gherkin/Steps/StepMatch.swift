/// A definition together with the arguments that a step has for it.
struct StepMatch<World>: Sendable {
    let definition: StepDefinition<World>
    let arguments: StepArguments

    func run(in world: World) async throws {
        try await definition.handler(world, arguments)
    }
}
