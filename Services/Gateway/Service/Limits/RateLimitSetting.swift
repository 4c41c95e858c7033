import Resilience
import ServiceRuntime

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
