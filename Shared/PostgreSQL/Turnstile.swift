import SQLStorage
import Synchronization

/// Lets so many tasks in at a time; others wait in order, in limited number and for a limited time.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var nextTicket = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []

        mutating func remove(_ ticket: Int) -> CheckedContinuation<Void, any Error>? {
            guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return waiting.remove(at: index).continuation
        }
    }

    private enum Arrival {
        case admitted
        case waiting
        case refused(any Error)
    }

    private let state: Mutex<State>
    private let maximumWaiting: Int
    private let limit: Duration

    /// Creates a turnstile.
    ///
    /// - Parameters:
    ///   - places: How many are in at a time.
    ///   - maximumWaiting: How many wait at most.
    ///   - limit: How long each waits at most.
    init(places: Int, maximumWaiting: Int, limit: Duration) {
        state = Mutex(State(free: places))
        self.maximumWaiting = maximumWaiting
        self.limit = limit
    }

    /// How many are waiting.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` inside.
    ///
    /// - Throws: ``SQLError`` with the code `saturated` when there was no getting in; `CancellationError` when the task
    ///   was cancelled while it waited; what `body` throws.
    func admit<Value>(_ body: () async throws -> Value) async throws -> Value {
        if !enterAtOnce() { try await wait() }
        defer { leave() }
        return try await body()
    }

    private func enterAtOnce() -> Bool {
        state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
    }

    private func wait() async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        // Ends the wait and nothing else: whether the task got in is decided under the lock.
        async let _: Void = expire(ticket)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch arrive(ticket, continuation) {
                case .admitted: continuation.resume()
                case .waiting: break
                case .refused(let error): continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            state.withLock { $0.remove(ticket) }?.resume(throwing: CancellationError())
        }
    }

    private func arrive(_ ticket: Int, _ continuation: CheckedContinuation<Void, any Error>) -> Arrival {
        state.withLock { state in
            if Task.isCancelled { return .refused(CancellationError()) }
            if state.free > 0 {
                state.free -= 1
                return .admitted
            }
            guard state.waiting.count < maximumWaiting else { return .refused(saturated("too many wait")) }
            state.waiting.append((ticket, continuation))
            return .waiting
        }
    }

    private func expire(_ ticket: Int) async {
        // Cancelled as soon as the wait has ended otherwise.
        try? await Task.sleep(for: limit)
        let late = state.withLock { $0.remove(ticket) }
        late?.resume(throwing: saturated("none became free within \(limit)"))
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }

    private func saturated(_ reason: String) -> SQLError {
        SQLError(.saturated, "all connections to PostgreSQL are in use, and \(reason)")
    }
}
