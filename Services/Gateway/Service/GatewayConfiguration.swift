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

    static let inFlightKey = "limit.in-flight.maximum"
    /// How many requests may be in flight before anything is known of their latency.
    static let initialInFlight = 400
    /// A latency that nobody has to be protected from.
    static let negligibleLatency = Duration.milliseconds(50)

    /// The settings besides those of every service.
    package static let settings =
        [address, account, logIn].flatMap(\.settings) + [
            Setting(
                inFlightKey,
                .integer(0...100_000),
                default: "2000",
                "Requests in flight at most; how many are let in is found out by their latency. 0 sets no limit."
            )
        ]

    var address: RateLimitPolicy?
    var account: RateLimitPolicy?
    var logIn: RateLimitPolicy?
    var concurrency: AdaptiveConcurrencyPolicy?

    package init(_ settings: Settings) {
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
}
