package import ServiceRuntime

/// The settings of the search service, checked.
package struct SearchConfiguration: Sendable {
    package static let settings: [Setting] = [
        Setting("database.url", .url(schemes: ["sqlite"]), "Where listings are kept.")
    ]

    package var databasePath: String

    package init(_ settings: Settings) {
        databasePath = settings.urlPath("database.url")
    }
}
