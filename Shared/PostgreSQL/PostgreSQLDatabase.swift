import Metrics
import NIOPosix
public import SQLStorage
import ServiceContextModule

/// A PostgreSQL database through libpq, with a limited number of connections, each on a thread of its own.
///
/// No thread of the cooperative pool waits for the server. Connections are opened when they are needed, kept, and
/// opened anew when the server has been away. Changes are serializable transactions: when two meet in a way that
/// running one after the other could not have had, one of them runs again (PostgreSQL 15, section 13.2.3).
public final class PostgreSQLDatabase: SQLDatabase {
    /// How often a transaction runs again that others got in the way of.
    public static let maximumRetries = 8

    private enum Begin {
        static let read = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        static let write = "BEGIN ISOLATION LEVEL SERIALIZABLE, READ WRITE"
        static let claim = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"
    }

    private let turnstile: Turnstile
    private let stock: ConnectionStock
    private let threads: NIOThreadPool
    private let placeholders = Placeholders()

    /// Starts the threads; connections are opened when they are needed.
    public init(_ settings: PostgreSQLSettings) {
        turnstile = Turnstile(
            places: settings.connections,
            maximumWaiting: settings.connections * PostgreSQLSettings.waitingPerConnection,
            limit: PostgreSQLSettings.waitLimit
        )
        stock = ConnectionStock(settings)
        threads = NIOThreadPool(numberOfThreads: settings.connections)
        threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    /// PostgreSQL's.
    public var dialect: SQLDialect { .postgreSQL }

    /// Sees the state at its first statement; neither waits for writers nor makes them wait.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await transaction(Begin.read, body)
    }

    /// A serializable transaction, run again up to ``maximumRetries`` times when it met another.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await transaction(Begin.write, body)
    }

    /// A transaction that sees what was committed before each of its statements.
    public func writeClaiming<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await transaction(Begin.claim, body)
    }

    /// Runs `body` on a thread with a connection in a transaction.
    private func transaction<Value: Sendable>(
        _ begin: String,
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await onConnection { [self] stop in
            var retries = 0
            while true {
                do {
                    return try attempt(begin, body, stop)
                } catch let error as SQLError where error.code == .conflict && retries < Self.maximumRetries {
                    retries += 1
                    Counter(label: "clowder_database_conflicts_total").increment()
                    // Full jitter: those that met do not meet again.
                    try stop.pause(.milliseconds(Int.random(in: 0...(1 << retries))))
                }
            }
        }
    }

    /// Runs `body` on a thread that may use a connection; cancellation sets its stop signal.
    ///
    /// The caller's service context is the body's as well.
    func onConnection<Value: Sendable>(
        _ body: @escaping @Sendable (StopSignal) throws -> Value
    ) async throws -> Value {
        try await turnstile.admit { [threads] in
            let stop = try StopSignal()
            let context = ServiceContext.current
            return try await withTaskCancellationHandler {
                try await threads.runIfActive {
                    try ServiceContext.$current.withValue(context) { try body(stop) }
                }
            } onCancel: {
                stop.set()
            }
        }
    }

    private func attempt<Value>(
        _ begin: String,
        _ body: (any SQLSession) throws -> Value,
        _ stop: StopSignal
    ) throws -> Value {
        try attempt(begin, stop) { connection in
            try body(PostgreSQLSession(connection: connection, placeholders: placeholders, stop: stop))
        }
    }

    /// One try of a transaction; the connection goes back only when it has none open.
    func attempt<Value>(
        _ begin: String,
        _ stop: StopSignal,
        _ body: (Connection) throws -> Value
    ) throws -> Value {
        let connection = try stock.take(begin, stop: stop)
        do {
            let value = try body(connection)
            let end = try connection.run("COMMIT", stop: stop)
            guard end.command == "COMMIT" else {
                throw SQLError(.unexpected, "PostgreSQL rolled back: a statement had failed and its error was dropped")
            }
            stock.give(connection)
            return value
        } catch {
            rollBack(connection, after: error, stop)
            throw error
        }
    }

    /// Ends a transaction that failed.
    ///
    /// A connection that may be the cause is closed, as is one whose statement was given up: the server ends that when
    /// it finds nobody there.
    private func rollBack(_ connection: Connection, after error: any Error, _ stop: StopSignal) {
        let isSuspect = error is CancellationError || (error as? SQLError)?.code == .unavailable
        if !isSuspect, connection.isOpen {
            // A connection that cannot even roll back is not idle, and is closed.
            _ = try? connection.run("ROLLBACK", stop: stop)
            stock.give(connection)
        } else {
            connection.close()
        }
    }
}
