/// One run of a process of a stack.
package struct ProcessRun: Hashable, Sendable {
    let name: String
    /// The process's ID; nil while it is not running.
    let processID: Int32?
    /// Where it says that it listens; nil while it is not registered.
    let address: String?
}

extension LocalStack {
    /// The run of a process at this moment.
    package func run(of name: String) -> ProcessRun {
        let specification = specifications.first { $0.name == name }
        return ProcessRun(
            name: name,
            processID: processID(of: name),
            address: specification.flatMap { Self.address(of: $0, in: layout.registry) }
        )
    }

    /// Waits until a process that took a run's place has registered, that is until its checks pass.
    ///
    /// A successor is told by its ID and by its port, because a killed process leaves its lease behind.
    /// - Throws: `StackFailure` when there is none within the stack's limit for starting, or `CancellationError`.
    package func waitForSuccessor(of run: ProcessRun) async throws {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: configuration.startLimit)
        while true {
            let next = self.run(of: run.name)
            if let id = next.processID, id != run.processID, let address = next.address, address != run.address {
                return
            }
            guard clock.now < end else { throw StackFailure("\(run.name) did not come back; see \(layout.logs)") }
            try await clock.sleep(for: .milliseconds(15))
        }
    }
}
