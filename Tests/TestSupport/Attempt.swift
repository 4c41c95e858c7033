import Synchronization

/// Work in a task of its own, so that a test goes on even when the work does not end.
package final class Attempt<Value: Sendable>: Sendable {
    private let task: Task<Void, Never>
    private let outcome: Outcome

    /// How the work ended; nil while it goes on.
    private final class Outcome: Sendable {
        let value = Mutex<Result<Value, any Error>?>(nil)
    }

    package init(_ work: @escaping @Sendable () async throws -> Value) {
        let outcome = Outcome()
        self.outcome = outcome
        task = Task {
            let result: Result<Value, any Error>
            do {
                result = .success(try await work())
            } catch {
                result = .failure(error)
            }
            outcome.value.withLock { $0 = result }
        }
    }

    package func cancel() {
        task.cancel()
    }

    /// How the work ended, which has to be sooner than the longest deadline of the edge.
    package func ends() async throws -> Result<Value, any Error> {
        try await eventually("the end of the work", within: .seconds(8)) { outcome.value.withLock { $0 } }
    }
}
