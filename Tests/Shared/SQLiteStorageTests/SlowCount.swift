import CSQLite
import SQLStorage
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStorage

/// A statement that takes hours unless it is interrupted, and how far it has come.
final class SlowCount: Sendable {
    /// What a select or an insert takes its rows from.
    static let rows = """
        WITH RECURSIVE counted (number) AS (
            SELECT 1 UNION ALL SELECT noted(number + 1) FROM counted WHERE number < 100000000000
        )
        """

    private let steps = Mutex(0)

    /// Whether the statement is under way, or was.
    var hasBegun: Bool { steps.withLock { $0 > 0 } }

    /// Waits until the statement is under way.
    func begins() async throws {
        try await eventually("the beginning of a statement") { hasBegun }
    }

    /// Counts in one statement, of which no row comes out before the end.
    func select(in session: any SQLSession) throws -> Int? {
        try prepare(session)
        return try session.value("\(Self.rows) SELECT count(*) FROM counted")
    }

    /// Writes what is counted into a column of a table.
    func insert(into table: String = "entry (number)", in session: any SQLSession) throws {
        try prepare(session)
        try session.execute("\(Self.rows) INSERT INTO \(table) SELECT number FROM counted")
    }

    /// Gives the connection a function `noted` that tells of its calls and returns what it is given.
    private func prepare(_ session: any SQLSession) throws {
        let connection = try #require((session as? SQLiteSession)?.connection)
        let code = sqlite3_create_function_v2(
            connection.handle,
            "noted",
            1,
            SQLITE_UTF8,
            Unmanaged.passRetained(self).toOpaque(),
            { call, _, values in
                guard let count = sqlite3_user_data(call), let value = values?[0] else { return }
                Unmanaged<SlowCount>.fromOpaque(count).takeUnretainedValue().steps.withLock { $0 += 1 }
                sqlite3_result_value(call, value)
            },
            nil,
            nil,
            { count in
                if let count { Unmanaged<SlowCount>.fromOpaque(count).release() }
            }
        )
        try #require(code == SQLITE_OK)
    }
}
