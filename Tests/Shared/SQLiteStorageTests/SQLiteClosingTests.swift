import FoundationEssentials
import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What is left of a database that nobody uses any more, and of one that could not be opened.
@Suite(.timeLimit(.minutes(1))) struct SQLiteClosingTests {
    private func use(_ path: String) async throws {
        let database = try SQLiteDatabase.open(path, migrations: [ScratchDatabase.migration])
        _ = try await database.write { try $0.execute("INSERT INTO entry (number) VALUES (1)") }
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<8 {
                group.addTask { try await database.read { try $0.value("SELECT count(*) FROM entry") } }
            }
            try await group.waitForAll()
        }
        await #expect(throws: SQLError.self) { try await database.read { try $0.rows("SELECT * FROM nothing") } }
        #expect(try files(in: path).contains { $0.hasSuffix("-wal") })
    }

    private func files(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: String(path.dropLast("/test.sqlite".count)))
    }

    /// The log is empty and gone, so that the file alone is the database.
    @Test func leavesOneFileBehindAndOpensItAgain() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.sqlite"
            for count in 1...3 {
                try await use(path)
                #expect(try files(in: path).sorted() == ["test.sqlite", "test.sqlite.lock"])
                let database = try SQLiteDatabase.open(path, migrations: [])
                #expect(try await database.read { try $0.value("SELECT count(*) FROM entry") } == count)
            }
        }
    }

    #if os(Linux)
    /// A connection with a statement that was not ended would stay open.
    @Test func leavesNoFileOpen() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.sqlite"
            try await use(path)
            try Data("no database, but long enough to have a header of one: ".utf8 + [UInt8](repeating: 0, count: 4096))
                .write(to: URL(filePath: directory + "/bad.sqlite"))
            #expect(throws: SQLiteStorageError.self) {
                try SQLiteDatabase.open(directory + "/bad.sqlite", migrations: [ScratchDatabase.migration])
            }
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { number in
                // One that another test has closed meanwhile.
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
            }
            #expect(!open.isEmpty)
            #expect(open.filter { $0.hasPrefix(directory) } == [])
        }
    }
    #endif

    @Test func namesTheFileThatIsNoDatabase() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.sqlite"
            try Data(String(repeating: "no database ", count: 1000).utf8).write(to: URL(filePath: path))
            let error = #expect(throws: SQLiteStorageError.self) { try SQLiteDatabase.open(path, migrations: []) }
            #expect(error?.description.hasPrefix("database \(path) is damaged (file is not a database)") == true)
            let missing = #expect(throws: SQLiteStorageError.self) {
                try SQLiteDatabase.open(directory, migrations: [])
            }
            #expect(missing?.message.hasPrefix("cannot be opened") == true)
        }
    }

    /// SQLite opens it all the same, and would tell with the first row that is written.
    @Test(.enabled(if: geteuid() != 0, "modes mean nothing to root")) func refusesAFileThatItMayNotWrite() async throws
    {
        try await withTemporaryDirectory { directory in
            let path = directory + "/test.sqlite"
            _ = try SQLiteDatabase.open(path, migrations: [])
            #expect(chmod(path, 0o400) == 0)
            let error = #expect(throws: SQLiteStorageError.self) { try SQLiteDatabase.open(path, migrations: []) }
            #expect(error?.message == "cannot be written; check its owner and permissions")
        }
    }

    @Test func saysThatADatabaseInMemoryHasNoLog() {
        let error = #expect(throws: SQLiteError.self) {
            try SQLiteConnection(path: ":memory:", role: .writer, wait: BusyWait(limit: .zero))
        }
        #expect(error?.message == "there is no write-ahead log for such a database")
    }
}
