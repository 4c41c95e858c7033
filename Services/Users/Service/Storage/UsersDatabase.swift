package import PostgreSQL
package import SQLStorage
import SQLiteStorage

/// Opens the database of the users service with its tables up to date.
package enum UsersDatabase {
    package static func open(_ address: DatabaseAddress) async throws -> any SQLDatabase {
        switch address {
        case .sqlite(let path): try SQLiteDatabase.open(path, migrations: UsersSchema.sqlite)
        case .postgreSQL(let settings):
            try await PostgreSQLDatabase.open(settings, migrations: UsersSchema.postgreSQL)
        }
    }
}
