import CPostgreSQL
import SQLStorage

/// A connection to the server, for one thread at a time; every wait on it can be ended by a ``StopSignal``.
struct Connection: Sendable {
    /// Unsafe to the compiler only: the pool hands a connection to one thread, which hands it back.
    nonisolated(unsafe) private let pointer: OpaquePointer

    /// Connects.
    ///
    /// - Throws: ``SQLError`` when the server cannot be reached within the limit or does not let us in,
    ///   `CancellationError` when `stop` is set.
    init(_ settings: PostgreSQLSettings, stop: StopSignal) throws {
        let parameters = settings.parameters
        let keywords = parameters.map(\.keyword)
        let values = parameters.map(\.value)
        let started = CStrings.with(keywords) { keywords in
            CStrings.with(values) { values in PQconnectStartParams(keywords, values, 1) }
        }
        guard let started else { throw SQLError(.unavailable, "PostgreSQL: there is no memory") }
        pointer = started
        do {
            // Notices would go to standard error, past the log.
            PQsetNoticeReceiver(pointer, { _, _ in }, nil)
            try connect(until: .now + PostgreSQLSettings.connectLimit, stop)
            guard PQsetnonblocking(pointer, 1) == 0 else { throw failure() }
        } catch {
            PQfinish(pointer)
            throw error
        }
    }

    /// Whether statements can still be sent.
    var isOpen: Bool { PQstatus(pointer) == CONNECTION_OK }

    /// Whether no transaction is open: only then may others have the connection.
    var isIdle: Bool { isOpen && PQtransactionStatus(pointer) == PQTRANS_IDLE }

    /// Closes the connection, which must not be used any more; the server rolls back what was not committed.
    func close() {
        PQfinish(pointer)
    }

    /// Runs one statement to its end.
    ///
    /// - Throws: ``SQLError`` as the server says, or when the connection is lost; `CancellationError` when `stop` is set,
    ///   and then the connection is of no more use.
    func run(
        _ sql: String,
        _ arguments: [SQLValue] = [],
        within limit: Duration = PostgreSQLSettings.answerLimit,
        stop: StopSignal
    ) throws -> QueryResult {
        let parameters = try Parameters(arguments)
        let sent = sql.withCString { sql in
            parameters.withPointers { types, values, lengths, formats in
                PQsendQueryParams(pointer, sql, Int32(arguments.count), types, values, lengths, formats, 0)
            }
        }
        return try finish(sent, within: limit, stop)
    }

    /// Runs several statements without arguments, separated by semicolons; the first that fails ends them.
    ///
    /// - Throws: As ``run(_:_:stop:)``.
    func run(script: String, within limit: Duration, stop: StopSignal) throws {
        _ = try finish(PQsendQuery(pointer, script), within: limit, stop)
    }

    /// Waits for all results of what was sent; the last one, or the first that is an error.
    private func finish(_ sent: Int32, within limit: Duration, _ stop: StopSignal) throws -> QueryResult {
        guard sent == 1 else { throw failure() }
        // A server that hangs ends no statement, and its machine goes on acknowledging what is sent.
        let end = ContinuousClock.now + limit
        try flush(stop, until: end)
        var last: QueryResult?
        var error: SQLError?
        while true {
            while PQisBusy(pointer) == 1 {
                try wait(for: [.readable], until: end, stop)
            }
            guard let pointer = PQgetResult(pointer) else { break }
            let result = QueryResult(pointer)
            guard !result.isCopy else { throw SQLError(.unexpected, "COPY is no statement of a transaction here") }
            error = error ?? result.error(isConnected: isOpen)
            last = result
        }
        if let error { throw error }
        guard let last else { throw failure() }
        return last
    }

    private func connect(until end: ContinuousClock.Instant, _ stop: StopSignal) throws {
        var events: Set<StopSignal.Event> = [.writable]
        while true {
            guard PQstatus(pointer) != CONNECTION_BAD else { throw failure() }
            guard try stop.wait(for: events, on: PQsocket(pointer), until: end) else {
                let limit = PostgreSQLSettings.connectLimit
                throw SQLError(.unavailable, "PostgreSQL did not take a connection within \(limit)")
            }
            switch PQconnectPoll(pointer) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = [.readable]
            case PGRES_POLLING_WRITING: events = [.writable]
            default: throw failure()
            }
        }
    }

    /// Sends what is buffered; reads meanwhile, since a server that cannot send does not read.
    private func flush(_ stop: StopSignal, until end: ContinuousClock.Instant) throws {
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1:
                try wait(for: [.readable, .writable], until: end, stop)
            default: throw failure()
            }
        }
    }

    /// Waits for the server and takes what has come.
    private func wait(
        for events: Set<StopSignal.Event>,
        until end: ContinuousClock.Instant,
        _ stop: StopSignal
    ) throws {
        guard try stop.wait(for: events, on: PQsocket(pointer), until: end) else {
            throw SQLError(.unavailable, "PostgreSQL has not answered in time")
        }
        guard PQconsumeInput(pointer) == 1 else { throw failure() }
    }

    private func failure() -> SQLError {
        let text = String(cString: PQerrorMessage(pointer))
        let lines = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        return SQLError(.unavailable, lines.isEmpty ? "PostgreSQL: the connection is lost" : "PostgreSQL: \(lines)")
    }
}
