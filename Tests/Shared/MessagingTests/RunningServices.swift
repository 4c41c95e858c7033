import Logging
import ServiceLifecycle
import Synchronization
import TestSupport

extension Logger {
    /// A logger that keeps silent.
    static let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}

/// Runs a service while `body` runs, then shuts it down gracefully and waits for its end.
func whileRunning(_ service: any Service, _ body: (ServiceGroup) async throws -> Void) async throws {
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: .quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await withLogger(.quiet) { _ in try await group.run() } }
        do {
            try await body(group)
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// Holds tasks until it is opened or they are cancelled, and counts them.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var inside = 0
        var most = 0
        var entered = 0
    }

    private let state = Mutex(State())

    /// How many tasks wait.
    var inside: Int { state.withLock { $0.inside } }
    /// How many waited at once at most.
    var most: Int { state.withLock { $0.most } }
    /// How many came so far.
    var entered: Int { state.withLock { $0.entered } }

    func open() {
        state.withLock { $0.isOpen = true }
    }

    func pass() async {
        state.withLock { state in
            state.inside += 1
            state.entered += 1
            state.most = max(state.most, state.inside)
        }
        defer { state.withLock { $0.inside -= 1 } }
        // Cancellation opens the gate for a task, too.
        try? await eventually("the gate's opening") { state.withLock { $0.isOpen } ? () : nil }
    }
}

/// How often something happened.
final class Count: Sendable {
    private let count = Mutex(0)

    var current: Int { count.withLock { $0 } }

    /// Counts once more.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
