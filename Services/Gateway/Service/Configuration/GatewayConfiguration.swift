package import AccessPolicy
package import Discovery
import Resilience
package import ServiceRuntime

/// The settings of the gateway, checked.
package struct GatewayConfiguration: Sendable {
    static let address = RateLimitSetting(
        name: "address",
        summary: "Requests from one client address",
        window: .seconds(1),
        calls: 1000,
        burst: 2000
    )
    static let account = RateLimitSetting(
        name: "account",
        summary: "Requests with the tokens of one account",
        window: .seconds(1),
        calls: 100,
        burst: 200
    )
    static let logIn = RateLimitSetting(
        name: "log-in",
        summary: "Attempts to log in from one client address",
        window: .seconds(60),
        calls: 300,
        burst: 100
    )

    private static let routesKey = "routes.file"
    static let inFlightKey = "limit.in-flight.maximum"
    /// How many requests may be in flight before anything is known of their latency.
    static let initialInFlight = 400
    /// A latency that nobody has to be protected from.
    static let negligibleLatency = Duration.milliseconds(50)

    /// The settings besides those of every service.
    package static let settings =
        [address, account, logIn].flatMap(\.settings) + [
            Setting(
                routesKey,
                .text,
                default: "",
                "The file of the routes, read again on SIGHUP; the ones that are built in when it is empty."
            ),
            Setting(
                inFlightKey,
                .integer(0...100_000),
                default: "2000",
                "Requests in flight at most; how many are let in is found out by their latency. 0 sets no limit."
            ),
        ]

    var address: RateLimitPolicy?
    var account: RateLimitPolicy?
    var logIn: RateLimitPolicy?
    var concurrency: AdaptiveConcurrencyPolicy?
    let file: RoutesFile.Contents
    /// The address that the listeners of TCP routes listen on: that of the public listener.
    let host: String
    private let routesFile: String
    private let policy: RolePolicy

    /// Reads the settings and the file of the routes.
    ///
    /// - Throws: `SettingsError` with everything that is wrong with the file.
    package init(_ settings: Settings, policy: RolePolicy) throws(SettingsError) {
        self.policy = policy
        routesFile = settings.text(Self.routesKey)
        file = try RoutesFile.load(routesFile, policy: policy)
        host = settings.text("http.host")
        address = Self.address.policy(settings)
        account = Self.account.policy(settings)
        logIn = Self.logIn.policy(settings)
        let maximum = settings.integer(Self.inFlightKey)
        guard maximum > 0 else { return }
        var policy = AdaptiveConcurrencyPolicy()
        policy.initialLimit = Self.initialInFlight
        policy.minimumLimit = min(policy.minimumLimit, maximum)
        policy.maximumLimit = maximum
        policy.negligibleLatency = Self.negligibleLatency
        concurrency = policy
    }

    /// The services that the routes lead to, each once.
    package var services: [ServiceName] {
        file.services.sorted { $0.description < $1.description }
    }

    /// The routes as the file says by now.
    ///
    /// - Throws: `SettingsError` with everything that is wrong with it, and with what a running process cannot change.
    func reloadRoutes() throws(SettingsError) -> [Route] {
        let contents = try RoutesFile.load(routesFile, policy: policy)
        var problems: [String] = []
        let strangers = contents.services.subtracting(file.services).map(\.description).sorted()
        if !strangers.isEmpty {
            let names = strangers.joined(separator: ", ")
            problems.append("\(routesFile) leads to \(names), which no route did at start; start the gateway anew")
        }
        if Set(contents.tcpRoutes) != Set(file.tcpRoutes) {
            problems.append("\(routesFile) has other tcpRoutes than at start; start the gateway anew")
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
        return contents.routes
    }
}
