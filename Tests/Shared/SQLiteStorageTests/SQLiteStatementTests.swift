import CSQLite
import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

/// One statement: what goes in, what comes out, and what is kept of it.
@Suite(.timeLimit(.minutes(1))) struct SQLiteStatementTests {
    private static let values: [SQLValue] = [
        .null, .integer(0), .integer(.min), .integer(.max), .real(0.1), .real(-0.0), .real(.infinity),
        .real(-.infinity), .real(.leastNonzeroMagnitude), .text(""), .text("Köln 🐈"), .text("a\0b"), .text("\0"),
        .blob([]), .blob([0]), .blob([0xFF, 0x00, 0x80]),
    ]

    private func withConnection(_ body: (SQLiteConnection) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let wait = BusyWait(limit: SQLiteDatabase.busyTimeout)
            try body(try SQLiteConnection(path: directory + "/test.sqlite", role: .writer, wait: wait))
        }
    }

    /// Runs `body` in a session that is in a transaction.
    private func withSession(_ body: (SQLiteSession) throws -> Void) async throws {
        try await withConnection { connection in
            try connection.write { try body(SQLiteSession(connection)) }
        }
    }

    @Test(arguments: values)
    func givesBackWhatWasStored(_ value: SQLValue) async throws {
        try await withSession { session in
            try session.execute("CREATE TABLE thing (value)")
            try session.execute("INSERT INTO thing VALUES (?)", [Raw(sqlValue: value)])
            #expect(try session.rows("SELECT value FROM thing").map(\.values) == [[value]])
            try session.forEachRow("SELECT value FROM thing") { row in
                let read = row.value(0)
                #expect(read == value)
            }
            let same: Int? = try session.value("SELECT count(*) FROM thing WHERE value IS ?", [Raw(sqlValue: value)])
            #expect(same == 1)
        }
    }

    /// SQLite has no place for what is no number.
    @Test func storesNaNAsNull() async throws {
        try await withSession { session in
            #expect(try session.row("SELECT ?", [Double.nan])?.values == [.null])
            try session.execute("CREATE TABLE thing (value REAL NOT NULL) STRICT")
            #expect(throws: SQLError.self) { try session.execute("INSERT INTO thing VALUES (?)", [Double.nan]) }
        }
    }

    @Test func tellsNoBytesFromNull() async throws {
        try await withSession { session in
            let row = try #require(try session.row("SELECT typeof(?), typeof(?), typeof(?)", [[UInt8](), "", nil]))
            #expect(row.values == [.text("blob"), .text("text"), .text("null")])
        }
    }

    @Test func mendsATextThatIsNoUTF8() async throws {
        try await withSession { session in
            let text: String? = try session.value("SELECT CAST(x'61FF62' AS TEXT)")
            #expect(text == "a\u{FFFD}b")
        }
    }

    @Test func refusesAColumnOfAnotherType() async throws {
        try await withSession { session in
            try session.forEachRow("SELECT 1, 'a', x'00', NULL") { row in
                let columns = row.count
                #expect(columns == 4)
                let (number, text, bytes) = (try row.integer(0), try row.text(1), try row.blob(2))
                #expect(number == 1 && text == "a" && bytes == [0])
                let (noNumber, noText, noBytes) = (try row.integer(3), try row.text(3), try row.blob(3))
                #expect(noNumber == nil && noText == nil && noBytes == nil)
            }
            #expect(throws: SQLError.self) { try session.forEachRow("SELECT 1") { _ = try $0.text(0) } }
            #expect(throws: SQLError.self) { try session.forEachRow("SELECT 'a'") { _ = try $0.blob(0) } }
            #expect(throws: SQLError.self) { try session.forEachRow("SELECT x'31'") { _ = try $0.integer(0) } }
        }
    }

    @Test(arguments: ["", " ", "-- nothing", "SELECT 1; SELECT 2", "SELECT 1; nonsense", "SELECT ?", "SELECT \"text\""])
    func refusesWhatIsNotOneStatementWithItsArguments(_ sql: String) async throws {
        try await withSession { session in
            let error = #expect(throws: SQLError.self) { try session.rows(sql) }
            #expect(error?.code == .unexpected)
            #expect(throws: SQLError.self) { try session.rows("SELECT 1", [1]) }
            let rows = try session.rows("SELECT 1; -- and no more ")
            #expect(rows.count == 1)
        }
    }

    @Test func runsAStatementAgainThatHasFailed() async throws {
        try await withSession { session in
            try session.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
            for id in [1, 1, 2] {
                do {
                    try session.execute("INSERT INTO thing VALUES (?)", [id])
                } catch let error as SQLError {
                    #expect(id == 1 && error.code == .unexpected)
                }
            }
            let count: Int? = try session.value("SELECT count(*) FROM thing")
            #expect(count == 2)
        }
    }

    /// One in the midst of its rows is not begun anew.
    @Test func runsAStatementInsideOfItself() async throws {
        try await withSession { session in
            let sql = "WITH c (n) AS (VALUES (1), (2), (3)) SELECT n FROM c WHERE n >= ?"
            var pairs: [[Int64]] = []
            try session.forEachRow(sql, [2]) { outer in
                let first = try outer.integer(0) ?? 0
                try session.forEachRow(sql, [first]) { inner in pairs.append([first, try inner.integer(0) ?? 0]) }
            }
            #expect(pairs == [[2, 2], [2, 3], [3, 3]])
        }
    }

    @Test func endsAStatementWhoseRowsNobodyWantsAnyMore() async throws {
        struct Enough: Error {}
        try await withConnection { connection in
            try connection.write {
                let session = SQLiteSession(connection)
                try session.execute("CREATE TABLE thing (id INTEGER)")
                try session.execute("INSERT INTO thing VALUES (1), (2)")
                #expect(throws: Enough.self) {
                    try session.forEachRow("SELECT id FROM thing") { _ in throw Enough() }
                }
                // It would fail while a statement reads from the table.
                try session.execute("DROP TABLE thing")
            }
        }
    }

    @Test func keepsALimitedNumberOfStatements() async throws {
        try await withConnection { connection in
            for number in 0..<StatementCache.limit * 2 { try connection.run("SELECT \(number)") }
            #expect(connection.keptStatements == StatementCache.limit)
            // The last ones are kept, and one that is used again is not the next to go.
            let oldest = "SELECT \(StatementCache.limit)"
            try connection.run(oldest)
            try connection.run("SELECT -1")
            var cached: [String] = []
            var statement = sqlite3_next_stmt(connection.handle, nil)
            while let current = statement {
                cached.append(String(cString: sqlite3_sql(current)))
                statement = sqlite3_next_stmt(connection.handle, current)
            }
            #expect(cached.count == StatementCache.limit)
            #expect(cached.contains(oldest) && cached.contains("SELECT -1"))
            #expect(!cached.contains("SELECT \(StatementCache.limit + 1)"))
        }
    }

    /// To Swift the two texts are equal.
    @Test func tellsStatementsApartByTheirBytes() async throws {
        try await withSession { session in
            let texts = ["e\u{301}", "\u{e9}"]
            let lengths: [Int?] = try texts.map { try session.value("SELECT length(CAST('\($0)' AS BLOB))") }
            #expect(lengths == [3, 2])
        }
    }

    /// As another version of the service does when it starts.
    @Test func findsTheColumnThatAnotherConnectionHasAdded() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.insert()
            let sql = "SELECT * FROM entry"
            #expect(try await scratch.database.read { try $0.rows(sql) }.first?.values == [.integer(0)])
            let other = try SQLiteConnection(path: scratch.path, role: .writer, wait: BusyWait(limit: .zero))
            try other.run("ALTER TABLE entry ADD COLUMN name TEXT NOT NULL DEFAULT 'none'")
            let row = try #require(try await scratch.database.read { try $0.row(sql) })
            #expect(try row["name"] == "none")
        }
    }
}

/// A value of any type.
private struct Raw: SQLConvertible {
    let sqlValue: SQLValue
}
