import Conformance
import GRDB
import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

/// SQLite behind the protocol that engines have in common.
@Suite(.timeLimit(.minutes(1))) struct SQLiteStoreTests {
    @Test func keepsThePromisesOfADatabase() async throws {
        try await ScratchDatabase.with { scratch in
            try await SQLDatabaseConformance(SQLiteStore(scratch.pool)).check()
        }
    }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, SQLError.Code.full), (.SQLITE_BUSY, .unavailable), (.SQLITE_IOERR, .unavailable),
        (.SQLITE_CORRUPT, .unavailable), (.SQLITE_CONSTRAINT, .unexpected), (.SQLITE_ERROR, .unexpected),
    ])
    func tellsWhetherARetryHelps(_ result: ResultCode, _ code: SQLError.Code) {
        #expect(SQLError(DatabaseError(resultCode: result)).code == code)
    }
}
