import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

/// The history of a file, written by this version and by others.
@Suite(.timeLimit(.minutes(1))) struct SQLiteMigrationTests {
    private static let history = [
        SQLiteMigration(
            "1 owners",
            "CREATE TABLE owner (id INTEGER PRIMARY KEY) STRICT; INSERT INTO owner VALUES (1);"
        ),
        SQLiteMigration("2 pets", "CREATE TABLE pet (owner INTEGER NOT NULL REFERENCES owner (id)) STRICT"),
    ]

    private func names(in database: SQLiteDatabase) async throws -> [String] {
        try await database.read { session in
            try session.rows("SELECT identifier FROM grdb_migrations ORDER BY identifier").map { try $0[0] }
        }
    }

    private func text(_ sql: String, in database: SQLiteDatabase) async throws -> String? {
        try await database.read { try $0.value(sql) }
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in try await body(directory + "/test.sqlite") }
    }

    @Test func appliesEachStepOnce() async throws {
        try await withFile { path in
            for count in [0, 1, 2, 2] {
                let database = try SQLiteDatabase.open(path, migrations: Array(Self.history.prefix(count)))
                #expect(try await names(in: database) == Self.history.prefix(count).map(\.name))
            }
        }
    }

    /// The statements are those that GRDB 7.10 ran; a step that ran again would fail.
    @Test func goesOnWhereGRDBHasStopped() async throws {
        try await withFile { path in
            let earlier = try SQLiteConnection(path: path, role: .writer, wait: BusyWait(limit: .zero))
            try earlier.run(
                script: """
                    CREATE TABLE grdb_issue_102 (id INTEGER PRIMARY KEY);
                    DROP TABLE grdb_issue_102;
                    CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    BEGIN IMMEDIATE TRANSACTION;
                    CREATE TABLE owner (id INTEGER PRIMARY KEY) STRICT;
                    INSERT INTO owner VALUES (42);
                    INSERT INTO grdb_migrations (identifier) VALUES ('1 owners');
                    COMMIT TRANSACTION;
                    """
            )
            let database = try SQLiteDatabase.open(path, migrations: Self.history)
            #expect(try await names(in: database) == ["1 owners", "2 pets"])
            #expect(try await database.read { try $0.rows("SELECT id FROM owner") }.map(\.values) == [[.integer(42)]])
            // And GRDB where this version has: it reads the names from a table that is what it makes itself.
            let own = path + "-own"
            let made = try SQLiteDatabase.open(own, migrations: Self.history)
            let table = "SELECT sql FROM sqlite_master WHERE name = 'grdb_migrations'"
            let (theirs, ours) = (try await text(table, in: database), try await text(table, in: made))
            #expect(theirs == ours && ours?.contains("identifier TEXT NOT NULL PRIMARY KEY") == true)
            #expect(try await names(in: made) == ["1 owners", "2 pets"])
        }
    }

    @Test func opensWhatALaterVersionHasChanged() async throws {
        try await withFile { path in
            let later = Self.history + [SQLiteMigration("3 names", "ALTER TABLE owner ADD COLUMN name TEXT")]
            _ = try SQLiteDatabase.open(path, migrations: later)
            let database = try SQLiteDatabase.open(path, migrations: Self.history)
            #expect(try await names(in: database) == later.map(\.name))
        }
    }

    @Test(arguments: [
        "CREATE TABLE third (id INTEGER); nonsense", "CREATE TABLE third (id INTEGER); INSERT INTO pet VALUES (7)",
        "CREATE TABLE third (id INTEGER); ROLLBACK", "CREATE TABLE third (id INTEGER); DELETE FROM pet WHERE",
    ])
    func leavesNothingOfAStepThatFails(_ script: String) async throws {
        try await withFile { path in
            let history = Self.history + [SQLiteMigration("3 third", script)]
            let error = #expect(throws: SQLiteStorageError.self) {
                try SQLiteDatabase.open(path, migrations: history)
            }
            #expect(error?.path == path)
            let database = try SQLiteDatabase.open(path, migrations: Self.history)
            #expect(try await names(in: database) == ["1 owners", "2 pets"])
            await #expect(throws: SQLError.self) { try await database.read { try $0.rows("SELECT * FROM third") } }
        }
    }

    /// A table that others refer to is made anew, as SQLite's manual has it.
    @Test func replacesATableThatOthersReferTo() async throws {
        try await withFile { path in
            let first = try SQLiteDatabase.open(path, migrations: Self.history)
            _ = try await first.write { try $0.execute("INSERT INTO pet VALUES (1)") }
            let anew = SQLiteMigration(
                "3 owners with names",
                """
                CREATE TABLE owner_anew (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
                INSERT INTO owner_anew SELECT id, '' FROM owner;
                DROP TABLE owner;
                ALTER TABLE owner_anew RENAME TO owner;
                """
            )
            let database = try SQLiteDatabase.open(path, migrations: Self.history + [anew])
            #expect(try await database.read { try $0.value("SELECT count(*) FROM pet") } == 1)
            // References count again afterwards.
            await #expect(throws: SQLError.self) {
                _ = try await database.write { try $0.execute("INSERT INTO pet VALUES (7)") }
            }
        }
    }

    @Test func appliesEachStepOnceWhenManyOpenTheFile() async throws {
        try await withFile { path in
            try await withThrowingTaskGroup(of: SQLiteDatabase.self) { group in
                for _ in 0..<8 {
                    group.addTask { try SQLiteDatabase.open(path, migrations: Self.history) }
                }
                for try await database in group {
                    #expect(try await names(in: database) == ["1 owners", "2 pets"])
                    #expect(try await database.read { try $0.value("SELECT count(*) FROM owner") } == 1)
                }
            }
        }
    }
}
