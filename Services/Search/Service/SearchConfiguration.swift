package import PostgreSQL
package import ServiceRuntime

/// The settings of the search service, checked.
package struct SearchConfiguration: Sendable {
    package static let settings: [Setting] = [
        Setting(
            "database.url",
            .url(schemes: ["sqlite", "postgresql"]),
            "Where listings are kept: sqlite:PATH, or postgresql://USER@HOST:5432/DATABASE."
        ),
        Setting("database.password", .secretFile, default: "", "The password of the database's user, in a file."),
        Setting(
            "database.connections",
            .integer(1...200),
            default: "\(PostgreSQLSettings.defaultConnections)",
            "The most connections to PostgreSQL that this replica has at a time."
        ),
    ]

    package var database: DatabaseAddress

    package init(_ settings: Settings) throws(SettingsError) {
        do {
            database = try DatabaseAddress(
                url: settings.text("database.url"),
                password: settings.text("database.password"),
                connections: settings.integer("database.connections")
            )
        } catch {
            throw SettingsError(["database.url: \(error)"])
        }
    }
}
