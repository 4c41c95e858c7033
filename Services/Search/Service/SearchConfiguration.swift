package import PostgreSQL
package import ServiceRuntime

/// The settings of the search service, checked.
package struct SearchConfiguration: Sendable {
    package static let settings = Setting.database(
        of: "listings",
        connections: PostgreSQLSettings.defaultConnections
    )

    package var database: DatabaseAddress

    package init(_ settings: Settings) throws(SettingsError) {
        database = try settings.value("database.url") {
            try DatabaseAddress(
                url: settings.text("database.url"),
                password: settings.text("database.password"),
                connections: settings.integer("database.connections")
            )
        }
    }
}
