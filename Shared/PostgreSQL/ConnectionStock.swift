import Metrics
import SQLStorage
import Synchronization

/// The open connections that nobody uses, and the opening of more.
///
/// How many there are is limited by the number of threads that take them. While the server is away, those who come are
/// refused at once instead of waiting for it one after the other.
final class ConnectionStock: Sendable {
    /// How long one attempt to connect may take before others are refused meanwhile.
    static let slowAttempt = Duration.milliseconds(300)

    private struct State {
        var idle: [Connection] = []
        var attempts: [ContinuousClock.Instant] = []
        var refusal: (error: SQLError, end: ContinuousClock.Instant)?
    }

    private let settings: PostgreSQLSettings
    private let state = Mutex(State())

    init(_ settings: PostgreSQLSettings) {
        self.settings = settings
    }

    deinit {
        for connection in state.withLock({ $0.idle }) { connection.close() }
    }

    /// A connection on which `begin` has run, an open one when there is one.
    ///
    /// A connection that turns out to be lost is replaced: nothing has been done on it yet.
    /// - Throws: ``SQLError`` when the server cannot be reached; `CancellationError` when `stop` is set.
    func take(_ begin: String, stop: StopSignal) throws -> Connection {
        while let connection = state.withLock({ $0.idle.popLast() }) {
            do {
                _ = try connection.run(begin, stop: stop)
                return connection
            } catch let error as SQLError {
                let wasLost = !connection.isOpen
                connection.close()
                guard wasLost else { throw error }
            } catch {
                connection.close()
                throw error
            }
        }
        let connection = try open(stop)
        do {
            _ = try connection.run(begin, stop: stop)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    /// Takes a connection back, or closes it when it is not fit for others.
    func give(_ connection: Connection) {
        guard connection.isIdle else { return connection.close() }
        state.withLock { $0.idle.append(connection) }
    }

    private func open(_ stop: StopSignal) throws -> Connection {
        let start = ContinuousClock.now
        try state.withLock { state in
            if let refusal = state.refusal, start < refusal.end { throw refusal.error }
            if let oldest = state.attempts.min(), start - oldest > Self.slowAttempt {
                throw SQLError(.unavailable, "PostgreSQL takes no connection at the moment")
            }
            state.attempts.append(start)
        }
        defer {
            state.withLock { state in
                if let index = state.attempts.firstIndex(of: start) { state.attempts.remove(at: index) }
            }
        }
        do {
            let connection = try Connection(settings, stop: stop)
            state.withLock { $0.refusal = nil }
            return connection
        } catch let error as SQLError {
            state.withLock { $0.refusal = (error, .now + PostgreSQLSettings.refusalPause) }
            Counter(label: "clowder_database_connect_failures_total").increment()
            throw error
        }
    }
}
