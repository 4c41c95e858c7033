import Redis
import ServiceRuntime

/// The settings of a Redis server that gateways use together.
struct RedisSettings: Sendable {
    /// A server, as the settings say.
    struct Server: Sendable {
        let address: RedisAddress
        /// What the keys in the server begin with.
        let prefix: String
    }

    private let name: String
    private let purpose: String

    /// Describes the settings `name.url`, `name.password` and `name.prefix`.
    init(_ name: String, purpose: String) {
        self.name = name
        self.purpose = purpose
    }

    private var url: String { "\(name).url" }
    private var password: String { "\(name).password" }
    private var prefix: String { "\(name).prefix" }

    var settings: [Setting] {
        [
            Setting(
                url,
                .url(schemes: ["redis"]),
                default: "",
                "redis://[USER@]HOST[:PORT][/DATABASE] \(purpose)."
            ),
            Setting(password, .secretFile, default: "", "The password of that server's user, in a file."),
            Setting(
                prefix,
                .text,
                default: "clowder:",
                "What the keys in that server begin with, the same for all gateways that use it together."
            ),
        ]
    }

    /// The server; nil where there is none.
    ///
    /// - Throws: `SettingsError` with what is wrong with its URL.
    func server(_ settings: Settings) throws(SettingsError) -> Server? {
        let text = settings.text(url)
        guard !text.isEmpty else { return nil }
        do {
            let address = try RedisAddress(url: text, password: settings.text(password))
            return Server(address: address, prefix: settings.text(prefix))
        } catch {
            throw SettingsError(["\(url): \(error)"])
        }
    }
}
