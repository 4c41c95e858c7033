import Metrics
import SQLStorage
import Synchronization

/// The open connections that nobody uses, and the opening of more.
///
/// How many there are is limited by the number of threads that take them. While the server is away, those who come are
/// refused at once instead of waiting for it one after the other.
final class ConnectionStock: Sendable {
    /// How long an attempt to connect may take, while none succeeds, before others are refused.
    static let slowAttempt = Duration.milliseconds(400)

    private struct State {
        var idle: [Connection] = []
        var attempts: [ContinuousClock.Instant] = []
        var success: ContinuousClock.Instant?
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
                _ = try connection.run(begin, within: PostgreSQLSettings.connectLimit, stop: stop)
                return connection
            } catch let error as SQLError {
                let wasLost = !connection.isOpen
                connection.close()
                guard wasLost else {
                    // A server that does not begin a transaction in this time hangs, for the others as well.
                    refuse(error)
                    throw error
                }
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
            // One tries, after the pause; the others have to wait for it no longer than for a refusal.
            if let refusal = state.refusal, start < refusal.end || !state.attempts.isEmpty { throw refusal.error }
            if let oldest = state.attempts.min(), start - oldest > Self.slowAttempt, state.success ?? oldest <= oldest {
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
            state.withLock { state in
                state.refusal = nil
                state.success = .now
            }
            return connection
        } catch let error as SQLError {
            refuse(error)
            throw error
        }
    }

    /// Has those who come refused for a while, and forgets the idle connections: they are no better.
    private func refuse(_ error: SQLError) {
        let idle = state.withLock { state in
            state.refusal = (error, .now + PostgreSQLSettings.refusalPause)
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.close() }
        Counter(label: "clowder_database_connect_failures_total").increment()
    }
}
