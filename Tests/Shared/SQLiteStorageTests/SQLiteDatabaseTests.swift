import CSQLite
import Conformance
import FoundationEssentials
import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

/// SQLite behind the protocol that engines have in common.
@Suite(.timeLimit(.minutes(1))) struct SQLiteDatabaseTests {
    @Test func keepsThePromisesOfADatabase() async throws {
        try await ScratchDatabase.with { scratch in
            try await SQLDatabaseConformance(scratch.database).check()
        }
    }

    @Test(arguments: [
        (SQLITE_FULL, SQLError.Code.full), (SQLITE_BUSY, .unavailable), (SQLITE_IOERR, .unavailable),
        (SQLITE_IOERR | 12 << 8, .unavailable), (SQLITE_CORRUPT, .unavailable), (SQLITE_READONLY, .unavailable),
        (SQLITE_CONSTRAINT, .unexpected), (SQLITE_CONSTRAINT | 3 << 8, .unexpected), (SQLITE_ERROR, .unexpected),
    ])
    func tellsWhetherARetryHelps(_ code: Int32, _ expected: SQLError.Code) {
        #expect(SQLError(SQLiteError(extendedCode: code, message: "")).code == expected)
    }

    @Test func tellsThatAReaderCannotBeOpened() async throws {
        try await ScratchDatabase.with { scratch in
            try FileManager.default.removeItem(atPath: scratch.path)
            let error = await #expect(throws: SQLError.self) {
                try await scratch.database.read { try $0.rows("SELECT 1") }
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func tellsTheStatementAndNoValues() async throws {
        try await ScratchDatabase.with { scratch in
            let error = await #expect(throws: SQLError.self) {
                _ = try await scratch.database.write { session in
                    try session.execute("INSERT INTO entry (number) VALUES (?)", ["secret"])
                }
            }
            let cause = try #require(error?.cause as? SQLiteError)
            #expect(cause.code == SQLITE_CONSTRAINT && cause.extendedCode != cause.code)
            #expect(cause.sql == "INSERT INTO entry (number) VALUES (?)")
            #expect(error?.description.contains("entry.number") == true)
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test func forcesWhatIsCommittedToTheDiskAndHoldsForeignKeys() async throws {
        try await ScratchDatabase.with { scratch in
            let settings: [SQLValue?] = try await scratch.database.write { session in
                try ["journal_mode", "synchronous", "foreign_keys", "query_only"].map { name in
                    try session.row("PRAGMA \(name)")?.values.first
                }
            }
            #expect(settings == [.text("wal"), .integer(2), .integer(1), .integer(0)])
        }
    }

    /// Neither a table nor one that is gone with its connection.
    @Test(arguments: [
        "INSERT INTO entry (number) VALUES (1)", "DELETE FROM entry", "CREATE TABLE other (number)",
        "CREATE TEMP TABLE other (number)", "PRAGMA user_version = 7",
    ])
    func writesNothingInARead(_ statement: String) async throws {
        try await ScratchDatabase.with { scratch in
            let error = await #expect(throws: SQLError.self) {
                _ = try await scratch.database.read { try $0.execute(statement) }
            }
            #expect((error?.cause as? SQLiteError)?.code == SQLITE_READONLY)
        }
    }
}
