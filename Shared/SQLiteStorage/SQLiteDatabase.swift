public import SQLStorage

/// A SQLite database that several processes of one machine share.
///
/// Write-ahead logging with `synchronous=FULL`: a committed transaction survives a power cut, and readers never wait
/// for the writer. One transaction writes at a time, of all processes that have the file open; those of other processes
/// are waited for up to ``busyTimeout``. Each connection has a thread: none of the cooperative pool waits for a disk.
/// When the file is removed or replaced while it is open, transactions are refused until it is back: what they wrote
/// would be lost, and what they read is out of date.
public final class SQLiteDatabase: SQLDatabase {
    /// How long a writer waits for another process's one before it gives up with `SQLITE_BUSY`.
    public static let busyTimeout = Duration.seconds(5)
    /// The most connections that read at once in one process.
    public static let maximumReaders = 4

    private let writer: SQLiteWorkers
    private let readers: SQLiteWorkers

    private init(path: String, file: DatabaseFile, writer: SQLiteWorker, wait: BusyWait) {
        self.writer = SQLiteWorkers(writer)
        readers = SQLiteWorkers(limit: Self.maximumReaders) {
            SQLiteWorker(SQLiteWorker.Settings(path: path, role: .reader, wait: wait, file: file))
        }
    }

    /// The connection that writes is the last one: it moves the write-ahead log into the file and removes it.
    deinit {
        readers.close()
        writer.close()
    }

    /// Opens or creates the database at `path` and brings its schema up to date, on the caller's thread.
    ///
    /// An exclusive lock on `<path>.lock` keeps processes that start together from migrating at the same time.
    /// - Parameters:
    ///   - path: The file; its directory must exist.
    ///   - migrations: The schema's history, the oldest step first.
    ///   - busyTimeout: How long a writer waits for one of another process.
    /// - Returns: The database; its files are closed when it goes.
    /// - Throws: ``SQLiteStorageError`` naming the file and what to do about it.
    public static func open(
        _ path: String,
        migrations: [SQLiteMigration],
        busyTimeout: Duration = busyTimeout
    ) throws -> SQLiteDatabase {
        try open(path, migrations: migrations, wait: BusyWait(limit: busyTimeout))
    }

    static func open(_ path: String, migrations: [SQLiteMigration], wait: BusyWait) throws -> SQLiteDatabase {
        do {
            let settings = SQLiteWorker.Settings(path: path, role: .writer, wait: wait)
            let writer = try FileLock.whileHolding(path + ".lock") {
                try SQLiteWorker(settings) { try $0.migrate(migrations) }
            }
            return SQLiteDatabase(path: path, file: try DatabaseFile(path), writer: writer, wait: wait)
        } catch let error as SQLiteError {
            throw SQLiteStorageError(path: path, error)
        } catch let error as SQLError {
            // The file was removed meanwhile.
            throw SQLiteStorageError(path: path, message: "failed: \(error)")
        }
    }

    /// SQLite's.
    public var dialect: SQLDialect { .sqlite }

    /// How many tasks wait for a connection to read with, and for the one that writes.
    var waiting: (readers: Int, writers: Int) { (readers.waitingCount, writer.waitingCount) }

    /// Runs beside writers, which it does not wait for.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await readRows { try body($0) }
    }

    /// As ``read(_:)``, with what a session of SQLite alone can do.
    public func readRows<Value: Sendable>(
        _ body: @Sendable (SQLiteSession) throws -> Value
    ) async throws -> Value {
        try await run(on: readers) { connection in try connection.read { try body(SQLiteSession(connection)) } }
    }

    /// Runs when no other transaction writes.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await writeRows { try body($0) }
    }

    /// As ``write(_:)``, with what a session of SQLite alone can do.
    public func writeRows<Value: Sendable>(
        _ body: @Sendable (SQLiteSession) throws -> Value
    ) async throws -> Value {
        try await run(on: writer) { connection in try connection.write { try body(SQLiteSession(connection)) } }
    }

    /// The same as ``write(_:)``.
    public func writeClaiming<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await write(body)
    }

    private func run<Value: Sendable>(
        on workers: SQLiteWorkers,
        _ transaction: @Sendable (SQLiteConnection) throws -> Value
    ) async throws -> Value {
        do {
            return try await workers.lend { try await $0.run(transaction) }
        } catch let error as SQLiteError {
            throw SQLError(error)
        }
    }
}
