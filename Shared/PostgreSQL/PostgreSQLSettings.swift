import CPostgreSQL
public import SQLStorage

/// Where a PostgreSQL database is, and how much of it a process may use.
public struct PostgreSQLSettings: Sendable {
    /// Connections at a time unless told otherwise.
    public static let defaultConnections = 8
    /// How long a transaction waits for a connection to become free.
    public static let waitLimit = Duration.seconds(1)
    /// How many transactions wait for each connection, at most.
    public static let waitingPerConnection = 16
    /// How long it may take to connect, name resolution aside.
    public static let connectLimit = Duration.seconds(2)
    /// How long the server lets a statement run whose caller has no earlier deadline.
    public static let statementLimit = Duration.seconds(30)
    /// When a connection is given up on which no answer has come: later than the server would end the statement.
    public static let answerLimit = Duration.seconds(35)
    /// How long a transaction waits for a row that another has taken, as long as for SQLite's one writer.
    public static let lockLimit = Duration.seconds(5)
    /// How long a step of a schema's history may take.
    public static let migrationLimit = Duration.seconds(3600)
    /// How long others are refused at once after a connection could not be opened.
    public static let refusalPause = Duration.milliseconds(200)

    /// The address as libpq reads it, such as `postgresql://user@host:5432/database?sslmode=verify-full`.
    public let url: String
    /// The user's password; nil where the server wants none or the URL's own means supply it.
    public var password: String?
    /// The most connections of this process, each with a thread; at least 1.
    public var connections: Int

    /// What the URL tells the server besides.
    private let options: String

    /// Describes a database; nothing is opened yet.
    ///
    /// - Throws: ``SQLError`` when libpq cannot read the URL, or a password stands in it: URLs are logged.
    public init(
        url: String,
        password: String? = nil,
        connections: Int = defaultConnections
    ) throws(SQLError) {
        options = try Self.options(in: url)
        self.url = url
        self.password = password
        self.connections = max(1, connections)
    }

    /// The options for the server that stand in the URL.
    private static func options(in url: String) throws(SQLError) -> String {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            // Its own words quote the URL, in which somebody may have put a password.
            PQfreemem(message)
            throw SQLError(.unexpected, "libpq cannot read it as postgresql://USER@HOST:PORT/DATABASE?KEY=VALUE")
        }
        defer { PQconninfoFree(options) }
        var found = ""
        var option = options
        while let keyword = option.pointee.keyword {
            defer { option += 1 }
            guard let value = option.pointee.val else { continue }
            switch String(cString: keyword) {
            case "password", "sslpassword":
                throw SQLError(.unexpected, "no password belongs into a URL, which is logged")
            case "options": found = String(cString: value)
            default: break
            }
        }
        return found
    }

    /// What libpq is told, in its order: the URL may change the defaults before it and not what follows.
    var parameters: [(keyword: String, value: String)] {
        let milliseconds = Self.statementLimit / .milliseconds(1)
        var parameters = [
            ("application_name", "clowder"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"),
            ("dbname", url),
            ("client_encoding", "UTF8"),
            (
                "options",
                "-c statement_timeout=\(Int(milliseconds)) -c idle_in_transaction_session_timeout=\(Int(milliseconds))"
                    + " -c lock_timeout=\(Int(Self.lockLimit / .milliseconds(1)))"
                    // A statement whose caller has gone is ended by the server, which looks this often.
                    + " -c client_connection_check_interval=500 " + options
            ),
        ]
        if let password { parameters.append(("password", password)) }
        return parameters
    }
}
