import SystemPackage

/// Starts a stack, runs `body` with it and stops it in order, whatever `body` did.
///
/// `body` starts at once; it calls ``LocalStack/waitUntilReady()`` when it needs the stack. When the task is cancelled
/// the processes are killed.
/// - Throws: `StackFailure` when the stack cannot be started, or what `body` threw.
package func withLocalStack<Result: Sendable>(
    _ configuration: StackConfiguration,
    report: @escaping @Sendable (StackEvent) -> Void,
    _ body: @Sendable (LocalStack) async throws -> Result
) async throws -> Result {
    let layout = configuration.layout
    try ProcessSpecification.requireExecutables(of: configuration)
    try layout.makeRoot()
    var configuration = configuration
    let lock = try StackLock.take(layout)
    let lifeline = try Lifeline()
    defer {
        lifeline.close()
        lifeline.ignoreCloseError { try lock.close() }
    }
    try layout.prepare()
    var generator = SystemRandomNumberGenerator()
    try StackSecrets(layout: layout).prepare(using: &generator)
    try layout.requireUndamaged()
    if configuration.gatewayPort == 0 { configuration.gatewayPort = try await FreePort.find() }
    let stack = LocalStack(configuration, lifeline: lifeline, report: report)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        for specification in stack.specifications {
            group.addTask { await stack.supervise(specification) }
        }
        // Cancellation ends the pauses before restarts, and what was just being started when the stack was stopped.
        defer { group.cancelAll() }
        do {
            let result = try await body(stack)
            await stack.stop()
            return result
        } catch {
            await stack.stop()
            throw error
        }
    }
}
