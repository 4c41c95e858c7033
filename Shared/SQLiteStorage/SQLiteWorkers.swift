import SQLStorage
import Synchronization

/// Lends workers, each to one task at a time; others wait in their order until one is free or they are cancelled.
///
/// A worker is made when all others are in use, up to a limit; the one that was used last is lent first.
final class SQLiteWorkers: Sendable {
    /// How many tasks wait at most: each holds a request, whose deadline ends its wait.
    static let maximumWaiting = 1000

    private struct State {
        var idle: [SQLiteWorker]
        var unmade: Int
        var nextTicket = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<SQLiteWorker, any Error>)] = []

        mutating func remove(_ ticket: Int) -> CheckedContinuation<SQLiteWorker, any Error>? {
            guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return waiting.remove(at: index).continuation
        }
    }

    private let state: Mutex<State>
    private let make: (@Sendable () -> SQLiteWorker)?

    /// Lends `worker` alone.
    convenience init(_ worker: SQLiteWorker) {
        self.init(idle: [worker], unmade: 0, make: nil)
    }

    /// Lends up to `limit` workers.
    convenience init(limit: Int, make: @escaping @Sendable () -> SQLiteWorker) {
        self.init(idle: [], unmade: limit, make: make)
    }

    private init(idle: [SQLiteWorker], unmade: Int, make: (@Sendable () -> SQLiteWorker)?) {
        state = Mutex(State(idle: idle, unmade: unmade))
        self.make = make
    }

    /// How many tasks are waiting.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` with a worker.
    ///
    /// - Throws: `CancellationError` when the task was cancelled while it waited, ``SQLError`` with the code `saturated`
    ///   when too many wait, and what `body` throws.
    func lend<Value: Sendable>(_ body: (SQLiteWorker) async throws -> Value) async throws -> Value {
        let worker = try await take()
        defer { give(worker) }
        return try await body(worker)
    }

    private func take() async throws -> SQLiteWorker {
        if let worker = takeAtOnce() { return worker }
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let result = arrive(ticket, continuation) { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.remove(ticket) }?.resume(throwing: CancellationError())
        }
    }

    private func takeAtOnce() -> SQLiteWorker? {
        let (worker, isNew) = state.withLock { state -> (SQLiteWorker?, Bool) in
            if let worker = state.idle.popLast() { return (worker, false) }
            guard state.unmade > 0 else { return (nil, false) }
            state.unmade -= 1
            return (nil, true)
        }
        return isNew ? make?() : worker
    }

    /// What the wait has come to at once; nil when it has begun.
    private func arrive(
        _ ticket: Int,
        _ continuation: CheckedContinuation<SQLiteWorker, any Error>
    ) -> Result<SQLiteWorker, any Error>? {
        state.withLock { state in
            // The handler of the cancellation may have run by now, and found nobody.
            if Task.isCancelled { return .failure(CancellationError()) }
            if let worker = state.idle.popLast() { return .success(worker) }
            guard state.waiting.count < Self.maximumWaiting else {
                return .failure(SQLError(.saturated, "SQLite: all connections are in use, and too many wait"))
            }
            state.waiting.append((ticket, continuation))
            return nil
        }
    }

    private func give(_ worker: SQLiteWorker) {
        let next = state.withLock { state -> CheckedContinuation<SQLiteWorker, any Error>? in
            guard !state.waiting.isEmpty else {
                state.idle.append(worker)
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: worker)
    }

    /// Lets the workers go, which closes their connections; nobody may have one.
    func close() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        withExtendedLifetime(idle) {}
    }
}
