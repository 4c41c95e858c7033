import Logging
import SQLStorage

/// A step in a schema's history.
///
/// The version that is running meanwhile has to work with the tables of the next: a step adds tables, columns that may
/// be null or have a default, and indexes; what nobody uses any more is removed a version later.
public struct PostgreSQLMigration: Sendable {
    /// The step's name, which never changes and no other step of the database has.
    public var name: String
    /// Its statements, separated by semicolons.
    public var script: String

    /// Creates a step.
    public init(_ name: String, _ script: String) {
        self.name = name
        self.script = script
    }
}

extension PostgreSQLDatabase {
    /// The advisory lock that one migrating process holds; any number that all agree on.
    private static let lock = 0x636C_6F77
    /// How long a process waits at its start for a server that is not there yet.
    public static let defaultPatience = Duration.seconds(30)

    /// Opens a database and brings its schema up to date.
    ///
    /// Replicas that start together take turns; the steps and their being noted are one transaction. Steps that this
    /// version does not know, of a later one, are left alone.
    /// - Parameters:
    ///   - settings: Where it is.
    ///   - migrations: The steps, the oldest first.
    ///   - patience: How long to wait for a server that cannot be reached.
    /// - Returns: The database.
    /// - Throws: ``SQLError`` when the server stays away or a step fails; nothing of it is there then.
    public static func open(
        _ settings: PostgreSQLSettings,
        migrations: [PostgreSQLMigration],
        patience: Duration = defaultPatience
    ) async throws -> PostgreSQLDatabase {
        let database = PostgreSQLDatabase(settings)
        let end = ContinuousClock.now + patience
        while true {
            do {
                try await database.migrate(migrations)
                return database
            } catch let error as SQLError where error.code == .unavailable && .now < end {
                Logger.current.warning("waiting for PostgreSQL", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Applies the steps that the database does not have.
    func migrate(_ migrations: [PostgreSQLMigration]) async throws {
        try await onConnection { [self] stop in
            try attempt("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE", stop) { connection in
                let limit = PostgreSQLSettings.migrationLimit
                for setting in ["statement_timeout", "lock_timeout"] {
                    _ = try connection.run("SET LOCAL \(setting) = \(Int(limit / .milliseconds(1)))", stop: stop)
                }
                _ = try connection.run("SELECT pg_advisory_xact_lock(\(Self.lock))", within: limit, stop: stop)
                try connection.run(
                    script: """
                        CREATE TABLE IF NOT EXISTS schema_migration (
                            name text PRIMARY KEY,
                            applied_at timestamptz NOT NULL DEFAULT now()
                        )
                        """,
                    within: limit,
                    stop: stop
                )
                let known: [String] = try connection.run("SELECT name FROM schema_migration", stop: stop)
                    .rows().map { try $0[0] }
                for migration in migrations where !known.contains(migration.name) {
                    try connection.run(script: migration.script, within: limit, stop: stop)
                    _ = try connection.run(
                        "INSERT INTO schema_migration (name) VALUES ($1)",
                        [.text(migration.name)],
                        stop: stop
                    )
                }
            }
        }
    }
}
