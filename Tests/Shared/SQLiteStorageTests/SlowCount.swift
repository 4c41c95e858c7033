import GRDB
import Synchronization
import TestSupport

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
    func select(in database: Database) throws -> Int? {
        prepare(database)
        return try Int.fetchOne(database, sql: "\(Self.rows) SELECT count(*) FROM counted")
    }

    /// Writes what is counted into a table `entry`.
    func insert(in database: Database) throws {
        prepare(database)
        try database.execute(sql: "\(Self.rows) INSERT INTO entry (number) SELECT number FROM counted")
    }

    private func prepare(_ database: Database) {
        database.add(
            function: DatabaseFunction("noted", argumentCount: 1) { [self] values in
                steps.withLock { $0 += 1 }
                return values[0]
            }
        )
    }
}
