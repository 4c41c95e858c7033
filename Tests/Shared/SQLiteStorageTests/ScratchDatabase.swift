import SQLStorage
import TestSupport

@testable import SQLiteStorage

/// A fresh database with a table `entry`, opened as the services open theirs.
struct ScratchDatabase: Sendable {
    /// What makes the table.
    static let migration = SQLiteMigration("1 entries", "CREATE TABLE entry (number INTEGER NOT NULL) STRICT")

    let database: SQLiteDatabase
    let path: String

    static func with(
        wait: BusyWait = BusyWait(limit: SQLiteDatabase.busyTimeout),
        _ body: (ScratchDatabase) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/scratch.sqlite"
            let database = try SQLiteDatabase.open(path, migrations: [migration], wait: wait)
            try await body(Self(database: database, path: path))
        }
    }

    /// How many entries are committed, read at once or not at all.
    func entries() async throws -> Int? {
        try await Attempt { [database] in
            try await database.read { try $0.value("SELECT count(*) FROM entry") }
        }.ends().get()
    }

    /// Writes one entry.
    func insert(_ number: Int = 0) async throws {
        _ = try await database.write { try $0.execute("INSERT INTO entry (number) VALUES (?)", [number]) }
    }

    /// Writes one entry, at once or not at all.
    func write() async throws {
        try await Attempt { try await insert() }.ends().get()
    }
}
