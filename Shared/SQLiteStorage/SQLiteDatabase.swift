public import GRDB

/// Opens SQLite databases that several processes of one machine share.
///
/// Write-ahead logging with `synchronous=FULL`: a committed transaction survives a power cut, and readers never wait
/// for the writer. Writers of other processes are waited for up to ``busyTimeout``, or until the task is cancelled.
public enum SQLiteDatabase {
    /// How long a writer waits for another one before it gives up with `SQLITE_BUSY`.
    public static let busyTimeout = Duration.seconds(5)
    /// The most connections that read at once in one process.
    public static let maximumReaders = 4

    /// Opens or creates the database at `path` and brings its schema up to date.
    ///
    /// An exclusive lock on `<path>.lock` keeps processes that start together from migrating at the same time.
    /// - Parameters:
    ///   - path: The file; its directory must exist.
    ///   - migrator: The schema's versions.
    ///   - busyTimeout: How long a writer waits for one of another process.
    /// - Returns: The database's connections, one that writes and up to ``maximumReaders`` that read.
    /// - Throws: ``SQLiteStorageError`` naming the file and what to do about it.
    public static func open(
        _ path: String,
        migrator: DatabaseMigrator,
        busyTimeout: Duration = busyTimeout
    ) throws -> DatabasePool {
        do {
            return try FileLock.whileHolding(path + ".lock") {
                let pool = try DatabasePool(path: path, configuration: configuration(busyTimeout))
                try migrator.migrate(pool)
                return pool
            }
        } catch let error as DatabaseError {
            throw SQLiteStorageError(path: path, error)
        }
    }

    private static func configuration(_ busyTimeout: Duration) -> Configuration {
        var configuration = Configuration()
        let wait = BusyWait(limit: busyTimeout)
        configuration.busyMode = .callback { tries in wait.goesOn(after: tries) }
        configuration.maximumReaderCount = maximumReaders
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }
}
