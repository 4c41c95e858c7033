/// The settings of engines that several services use, so that each is told of them in the same words.
extension Setting {
    /// Where a service's database is: `database.url`, `database.password`, `database.connections`.
    ///
    /// - Parameters:
    ///   - contents: What is kept in it, such as `listings`.
    ///   - connections: The most connections at a time where nothing is said.
    /// - Returns: The settings.
    package static func database(of contents: String, connections: Int) -> [Setting] {
        [
            Setting(
                "database.url",
                .url(schemes: ["sqlite", "postgresql"]),
                "Where \(contents) are kept: sqlite:PATH, or postgresql://USER@HOST:5432/DATABASE."
            ),
            Setting("database.password", .secretFile, default: "", "The password of the database's user, in a file."),
            Setting(
                "database.connections",
                .integer(1...200),
                default: "\(connections)",
                "The most connections to PostgreSQL that this replica has at a time."
            ),
        ]
    }

    /// Where the queue is: `queue.url`, `queue.password`, `queue.authorities`.
    ///
    /// - Parameter purpose: What the service does with it, such as `that mail jobs go to`.
    /// - Returns: The settings.
    package static func queue(_ purpose: String) -> [Setting] {
        [
            Setting(
                "queue.url",
                .url(schemes: ["sqlite", "nats", "tls"]),
                "The queue \(purpose): sqlite:PATH, or nats://[USER@]HOST:4222/STREAM, with TLS tls://…"
            ),
            Setting(
                "queue.password",
                .secretFile,
                default: "",
                "The password of the user at the NATS server, in a file that is read again for each connection."
            ),
            Setting(
                "queue.authorities",
                .text,
                default: "",
                "A PEM file with the certificates that the NATS server's may be signed by, in place of the system's."
            ),
        ]
    }
}

extension Settings {
    /// Makes a value of what a setting says, and names the setting where it cannot be made.
    ///
    /// - Parameters:
    ///   - key: The setting, such as `queue.url`.
    ///   - make: Makes the value; what it throws is the reason that people are told.
    /// - Returns: The value.
    /// - Throws: `SettingsError` with the key and the reason.
    package func value<Value>(_ key: String, _ make: () throws -> Value) throws(SettingsError) -> Value {
        do { return try make() } catch { throw SettingsError(["\(key): \(error)"]) }
    }
}
