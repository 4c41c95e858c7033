package import PostgreSQL
package import ServiceRuntime

/// The settings of the users service, checked.
package struct UsersConfiguration: Sendable {
    package static let settings: [Setting] = [
        Setting(
            "database.url",
            .url(schemes: ["sqlite", "postgresql"]),
            "Where accounts and sessions are kept: sqlite:PATH, or postgresql://USER@HOST:5432/DATABASE."
        ),
        Setting("database.password", .secretFile, default: "", "The password of the database's user, in a file."),
        Setting(
            "database.connections",
            .integer(1...200),
            default: "\(PostgreSQLSettings.defaultConnections)",
            "The most connections to PostgreSQL that this replica has at a time."
        ),
        Setting("queue.url", .url(schemes: ["sqlite"]), "The queue that mail jobs go to."),
        Setting("password.pepper", .secretFile, "The secret mixed into every password; 32 bytes or more."),
        Setting("password.cost", .integer(4...16), default: "12", "The bcrypt cost of new password hashes."),
        Setting("keys.secret", .secretFile, "The secret that seals the keys access tokens are signed with."),
        Setting(
            "bootstrap.accounts",
            .text,
            default: "",
            "A file with accounts to create at start: a JSON array of email, name, password, roles."
        ),
    ]

    package var database: DatabaseAddress
    package var queuePath: String
    package var pepper: [UInt8]
    package var passwordCost: Int
    package var keysSecret: String
    package var bootstrapAccountsPath: String?

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
        queuePath = settings.urlPath("queue.url")
        pepper = Array(settings.text("password.pepper").utf8)
        passwordCost = settings.integer("password.cost")
        keysSecret = settings.text("keys.secret")
        let path = settings.text("bootstrap.accounts")
        bootstrapAccountsPath = path.isEmpty ? nil : path
        guard pepper.count >= 32, keysSecret.utf8.count >= 32 else {
            throw SettingsError(["password.pepper and keys.secret must have at least 32 bytes each"])
        }
    }
}
