import GRDB
import SQLiteStorage
import TestSupport

/// A fresh database with a table `entry`, opened as the services open theirs.
struct ScratchDatabase: Sendable {
    let pool: DatabasePool

    static func with(
        busyTimeout: Duration = SQLiteDatabase.busyTimeout,
        _ body: (ScratchDatabase) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var migrator = DatabaseMigrator()
            migrator.registerMigration("1 entries") { database in
                try database.execute(sql: "CREATE TABLE entry (number INTEGER NOT NULL) STRICT")
            }
            let path = directory + "/scratch.sqlite"
            let pool = try SQLiteDatabase.open(path, migrator: migrator, busyTimeout: busyTimeout)
            try await body(Self(pool: pool))
        }
    }

    /// How many entries are committed, read at once or not at all.
    func entries() async throws -> Int? {
        try await Attempt { [pool] in
            try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") }
        }.ends().get()
    }

    /// Writes one entry.
    func insert() async throws {
        try await pool.write { try $0.execute(sql: "INSERT INTO entry (number) VALUES (0)") }
    }

    /// Writes one entry, at once or not at all.
    func write() async throws {
        try await Attempt { try await insert() }.ends().get()
    }
}
