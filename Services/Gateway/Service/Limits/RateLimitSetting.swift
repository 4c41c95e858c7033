import Resilience
package import ServiceRuntime

/// The settings of one rate limit: calls in a window, and how many may come at once.
struct RateLimitSetting: Sendable {
    let name: String
    let summary: String
    let window: Duration
    let calls: Int
    let burst: Int

    private var unit: String { window == .seconds(1) ? "second" : "minute" }
    private var key: String { "limit.\(name).per-\(unit)" }
    private var burstKey: String { "limit.\(name).burst" }

    var settings: [Setting] {
        [
            Setting(key, .integer(0...1_000_000), default: "\(calls)", "\(summary), a \(unit); 0 sets no limit."),
            Setting(burstKey, .integer(1...1_000_000), default: "\(burst)", "How many of them may come at once."),
        ]
    }

    /// The configured policy; nil when there is no limit.
    func policy(_ settings: Settings) -> RateLimitPolicy? {
        let calls = settings.integer(key)
        guard calls > 0 else { return nil }
        return RateLimitPolicy(name: name, limit: calls, window: window, burst: settings.integer(burstKey))
    }
}

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

    /// The settings besides those of every service.
    package static let settings = [address, account, logIn].flatMap(\.settings)

    var address: RateLimitPolicy?
    var account: RateLimitPolicy?
    var logIn: RateLimitPolicy?

    package init(_ settings: Settings) {
        address = Self.address.policy(settings)
        account = Self.account.policy(settings)
        logIn = Self.logIn.policy(settings)
    }
}
