package import AccessPolicy
package import Discovery
import Resilience
package import ServiceRuntime

/// The settings of the gateway, checked.
package struct GatewayConfiguration: Sendable {
    private static let limits = [
        LimitOverride(name: "address", summary: "Requests from one client address", window: .seconds(1)),
        LimitOverride(name: "account", summary: "Requests with the tokens of one account", window: .seconds(1)),
        LimitOverride(name: "log-in", summary: "Attempts to log in from one client address", window: .seconds(60)),
    ]

    private static let routesKey = "routes.file"
    private static let inFlightKey = "limit.in-flight.maximum"
    private static let cacheKey = "cache.enabled"
    private static let counters = RedisSettings(
        "rate-limit",
        purpose: "where gateways count together; each for itself when it is empty"
    )
    private static let answers = RedisSettings(
        "cache",
        purpose: "where gateways share the answers that they keep; each for itself when it is empty"
    )

    /// The settings besides those of every service.
    package static let settings =
        limits.flatMap(\.settings) + [
            Setting(
                routesKey,
                .text,
                default: "",
                "The file of the routes, read again on SIGHUP; the ones that are built in when it is empty."
            ),
            Setting(
                inFlightKey,
                .optionalInteger(0...100_000),
                default: "",
                "Requests in flight at most, in place of what the file says; 0 sets no limit."
            ),
            Setting(
                cacheKey,
                .choice(["true", "false"]),
                default: "true",
                "Whether answers are kept as the file says; false asks the services for every one."
            ),
        ] + counters.settings + answers.settings

    /// The file of the routes, with what the settings put in its place.
    let file: RoutesFile.Contents
    /// The server in which gateways count together; nil where each counts for itself.
    let counterServer: RedisSettings.Server?
    /// The server in which gateways share answers; nil where each keeps its own.
    let answerServer: RedisSettings.Server?
    /// The address that the listeners of TCP routes listen on: that of the public listener.
    let host: String
    private let settings: Settings
    private let policy: RolePolicy

    /// Reads the settings and the file of the routes.
    ///
    /// - Throws: `SettingsError` with everything that is wrong with the file.
    package init(_ settings: Settings, policy: RolePolicy) throws(SettingsError) {
        self.policy = policy
        self.settings = settings
        host = settings.text("http.host")
        counterServer = try Self.counters.server(settings)
        answerServer = try Self.answers.server(settings)
        file = try Self.load(settings, policy)
    }

    /// The services that the routes lead to, each once.
    package var services: [ServiceName] {
        file.services.sorted { $0.description < $1.description }
    }

    /// What the file says by now.
    ///
    /// - Throws: `SettingsError` with everything that is wrong with it.
    func reload() throws(SettingsError) -> RoutesFile.Contents { try Self.load(settings, policy) }

    private static func load(_ settings: Settings, _ policy: RolePolicy) throws(SettingsError) -> RoutesFile.Contents {
        var contents = try RoutesFile.load(settings.text(routesKey), policy: policy)
        for limit in limits { limit.apply(settings, to: &contents.limits) }
        let impossible = contents.limits.filter { $0.calls > 0 && $0.policy == nil }
        guard impossible.isEmpty else {
            throw SettingsError(impossible.map { "limit.\($0.name).burst: must come back within a year at this rate" })
        }
        if let maximum = settings.optionalInteger(inFlightKey) { contents.maximumInFlight = maximum }
        if settings.text(cacheKey) == "false" { contents.caches = [] }
        return contents
    }
}
