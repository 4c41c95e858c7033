public import SQLStorage

/// Where a service keeps its data, as its settings say.
public enum DatabaseAddress: Sendable {
    /// A SQLite file, which all replicas on one machine share.
    case sqlite(path: String)
    /// A PostgreSQL server, which all replicas share.
    case postgreSQL(PostgreSQLSettings)

    /// Reads a URL.
    ///
    /// - Parameters:
    ///   - url: `sqlite:PATH`, or `postgresql://USER@HOST:PORT/DATABASE` as libpq reads it.
    ///   - password: The password of the server's user; empty for none.
    ///   - connections: The most connections to the server at a time.
    /// - Throws: ``SQLError`` with what is wrong with the URL.
    public init(url: String, password: String, connections: Int) throws(SQLError) {
        if url.hasPrefix("sqlite:") {
            self = .sqlite(path: String(url.dropFirst("sqlite:".count)))
        } else {
            self = .postgreSQL(
                try PostgreSQLSettings(
                    url: url,
                    password: password.isEmpty ? nil : password,
                    connections: connections
                )
            )
        }
    }
}
