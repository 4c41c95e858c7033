package import NATS
package import PostgreSQL
package import ServiceRuntime

/// The settings of the users service, checked.
package struct UsersConfiguration: Sendable {
    package static let settings: [Setting] =
        Setting.database(of: "accounts and sessions", connections: PostgreSQLSettings.defaultConnections)
        + Setting.queue("that mail jobs go to") + own

    private static let own = [
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
    package var queue: QueueAddress
    package var pepper: [UInt8]
    package var passwordCost: Int
    package var keysSecret: String
    package var bootstrapAccountsPath: String?

    package init(_ settings: Settings) throws(SettingsError) {
        database = try settings.value("database.url") {
            try DatabaseAddress(
                url: settings.text("database.url"),
                password: settings.text("database.password"),
                connections: settings.integer("database.connections")
            )
        }
        queue = try settings.value("queue.url") {
            try QueueAddress(
                url: settings.text("queue.url"),
                password: settings.secret("queue.password"),
                authorities: settings.text("queue.authorities")
            )
        }
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
